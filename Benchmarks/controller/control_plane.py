"""A real control plane (Scripts/kubernetes-test-env), what is put into it, and who asked its API server for what."""

import collections, concurrent.futures, datetime, http.client, json, math, os, pathlib, re, ssl, subprocess, threading

root = pathlib.Path(__file__).resolve().parents[2]
NAMESPACE = "scale"
# Objects of nobody's interest: a cluster has them, and a controller that watches their kinds hears of them.
OTHERS = "others"


class ControlPlane:
    def __init__(self, folder, nodes):
        self.folder, self.script = pathlib.Path(folder), root / "Scripts/kubernetes-test-env"
        command = [self.script, "start", "--dir", folder, "--nodes", str(nodes), "--parent", str(os.getpid()),
                   "--timeout", "300"]
        subprocess.run(command, check=True, env=os.environ | {"AVIARY_AUDIT": "1"}, stdout=subprocess.DEVNULL)
        # The controller has the other one: requests of its user alone are in the audit log.
        self.controller_kubeconfig = str(self.folder / "kubeconfig-certificate")
        address = re.search(r"server: https://([^:]+):(\d+)", (self.folder / "kubeconfig").read_text())
        self.host, self.port = address[1], int(address[2])
        self.token = (self.folder / "token").read_text().strip()
        self.tls = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        self.local = threading.local()

    def prepare(self):
        self.kubectl("apply", "-k", str(root / "Charts/aviary/crds"))
        self.kubectl("wait", "--for=condition=established", "--timeout=60s", "crd/canaries.flagger.app")
        for name in (NAMESPACE, OTHERS):
            self.create("/api/v1/namespaces", {"metadata": {"name": name}})

    def stop(self):
        subprocess.run([self.script, "stop", "--dir", self.folder], check=True)

    def kubectl(self, *arguments):
        if not hasattr(self, "tools"):
            found = subprocess.run([self.script, "tools"], check=True, capture_output=True, text=True)
            self.tools = found.stdout.strip()
        command = [f"{self.tools}/kubectl", "--kubeconfig", str(self.folder / "kubeconfig"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def request(self, method, path, body=None, content_type="application/json"):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        data = None if body is None else json.dumps(body)
        for attempt in range(5):
            try:
                if not hasattr(self.local, "link"):
                    self.local.link = http.client.HTTPSConnection(self.host, self.port, timeout=60, context=self.tls)
                self.local.link.request(method, path, data, headers)
                answer = self.local.link.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                self.local.link.close()
                if attempt == 4:
                    raise
                continue
            if answer.status == 409 and method == "POST":
                return None
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]}")
            return json.loads(text)

    def create(self, path, body):
        return self.request("POST", path, body)

    @staticmethod
    def each(work, items):
        """Does something with every item, sixteen at once."""
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(work, items))

    def phases(self):
        """How many canaries are in each phase."""
        items = self.request("GET", f"/apis/flagger.app/v1beta1/namespaces/{NAMESPACE}/canaries")["items"]
        return collections.Counter(item.get("status", {}).get("phase", "none") for item in items)

    def phase(self, number):
        path = f"/apis/flagger.app/v1beta1/namespaces/{NAMESPACE}/canaries/app-{number}"
        return self.request("GET", path).get("status", {}).get("phase", "none")

    def lease_holder(self):
        path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/flagger-leader-election"
        try:
            return self.request("GET", path)["spec"].get("holderIdentity") or ""
        except RuntimeError:
            return ""

    def add_canaries(self, numbers, hook):
        """Adds canaries with their targets, which have no pods at first: nodes need hold those of primaries alone."""
        def add(number):
            self.create(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments", deployment(f"app-{number}", NAMESPACE, 0))
            self.create(f"/apis/flagger.app/v1beta1/namespaces/{NAMESPACE}/canaries", canary(f"app-{number}", hook))
        self.each(add, numbers)

    def release(self, number, version):
        """Changes a target's pod template: a new revision."""
        container = {"name": "app", "env": [{"name": "VERSION", "value": version}]}
        self.request(
            "PATCH", f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/app-{number}",
            {"spec": {"template": {"spec": {"containers": [container]}}}}, "application/strategic-merge-patch+json")

    def add_others(self, count):
        """So many ConfigMaps and Secrets of 4 KiB, Deployments, Services and HorizontalPodAutoscalers."""
        def add(number):
            name, core = f"other-{number}", f"/api/v1/namespaces/{OTHERS}"
            self.create(f"{core}/configmaps", {"metadata": {"name": name}, "data": {"text": "x" * 4096}})
            self.create(f"{core}/secrets", {"metadata": {"name": name}, "stringData": {"text": "x" * 4096}})
            self.create(f"{core}/services", {
                "metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}})
            self.create(f"/apis/apps/v1/namespaces/{OTHERS}/deployments", deployment(name, OTHERS, 0))
            self.create(f"/apis/autoscaling/v1/namespaces/{OTHERS}/horizontalpodautoscalers", {
                "metadata": {"name": name}, "spec": {
                    "maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}}})
        self.each(add, range(count))

    # The audit log

    def audit_position(self):
        return (self.folder / "logs/audit.log").stat().st_size

    def requests(self, start, end=None):
        """The controller's requests between two positions of the audit log."""
        with open(self.folder / "logs/audit.log", "rb") as file:
            file.seek(start)
            lines = file.read(-1 if end is None else end - start).splitlines()
        requests = []
        for line in lines:
            event = json.loads(line)
            # A watch has a line for its start and another for its end.
            isEnd = event["verb"] == "watch" and event["stage"] != "ResponseStarted"
            if event.get("userAgent", "").startswith("aviary/") and not isEnd:
                time = datetime.datetime.fromisoformat(event["requestReceivedTimestamp"].replace("Z", "+00:00"))
                reference = event.get("objectRef", {})
                name = "/".join(filter(None, [reference.get("resource"), reference.get("subresource")]))
                requests.append((event["verb"], name or event["requestURI"], time.timestamp()))
        return requests


def nodes_for(canaries, rollouts):
    """A hollow node takes 110 pods: primaries, canaries in release, and the surge of primaries in promotion."""
    return max(2, math.ceil((canaries + 2 * rollouts) / 100))


def deployment(name, namespace, replicas):
    labels = {"app": name, "app.kubernetes.io/part-of": "scale", "team": "benchmark"}
    resources = {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1", "memory": "64Mi"}}
    variables = [{"name": "VERSION", "value": "1"}, {"name": "LOG_LEVEL", "value": "info"}]
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": labels, "annotations": {"prometheus.io/scrape": "true"}},
                "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
                    "name": "app", "image": "registry.invalid/app:1", "env": variables, "resources": resources,
                    "ports": [{"name": "http", "containerPort": 9898}]}]}}}}


def canary(name, hook):
    return {
        "apiVersion": "flagger.app/v1beta1", "kind": "Canary", "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "progressDeadlineSeconds": 1800, "service": {"port": 80, "targetPort": 9898},
            "analysis": {
                "interval": "10s", "threshold": 5, "iterations": 3,
                "webhooks": [{"name": "acceptance", "type": "rollout", "url": hook, "timeout": "5s"}]}}}
