"""Python's gRPC as a peer. Usage: peer.py FOLDER MODE [OPTION…]

encode: reads lines {"json": …, "bytes": …}, an aviary.shop.Order as JSON and as we encoded it, and answers each
  with Python's encoding of both in hexadecimal, or "refused". (The order of maps is not the same everywhere.)
serve: prints its port, serves until its input ends, then prints what it was sent.
  --reflection, --health, --tls CERTIFICATE KEY, --client-ca FILE
protoset FILE: writes the compiled shop.proto.
"""
import concurrent.futures
import json
import sys
import tempfile
import time

import grpc
import grpc_tools
from google.protobuf import json_format
from grpc_tools import protoc

folder, mode, options = sys.argv[1], sys.argv[2], sys.argv[3:]
output = tempfile.mkdtemp()
include = grpc_tools.__path__[0] + "/_proto"
# Custom options need a definition that the tests' parser ignores.
source = tempfile.mkdtemp()
for name in ("shop.proto", "stock.proto"):
    with open(f"{folder}/{name}") as file:
        text = file.read().replace('(tested) = { name: "x", list: [1, 2] }, ', "")
    with open(f"{source}/{name}", "w") as file:
        file.write(text)
arguments = ["protoc", f"-I{source}", f"-I{include}"]
if mode == "protoset":
    sys.exit(protoc.main(arguments + ["--include_imports", f"--descriptor_set_out={options[0]}", "shop.proto"]))
files = ["shop.proto", "stock.proto"]
if protoc.main(arguments + [f"--python_out={output}", f"--grpc_python_out={output}"] + files):
    sys.exit(1)
sys.path.insert(0, output)
import shop_pb2  # noqa: E402
import shop_pb2_grpc  # noqa: E402

if mode == "encode":
    for line in sys.stdin:
        order = shop_pb2.Order()
        line = json.loads(line)
        try:
            json_format.Parse(line["json"], order)
            ours = shop_pb2.Order.FromString(bytes.fromhex(line["bytes"]))
            print(*(o.SerializeToString(deterministic=True).hex() or "-" for o in (order, ours)))
        except Exception as error:
            print("refused", type(error).__name__, str(error).replace("\n", " "))
    sys.exit()

received = {"orders": [], "metadata": [], "timeouts": []}


class Shop(shop_pb2_grpc.ShopServicer):
    def Place(self, order, context):
        received["orders"].append(order.SerializeToString(deterministic=True).hex())
        received["metadata"].append(sorted([key, str(value)] for key, value in context.invocation_metadata()))
        received["timeouts"].append(context.time_remaining())
        if order.delay_milliseconds:
            time.sleep(order.delay_milliseconds / 1000)
        if order.fail_code:
            code = next(code for code in grpc.StatusCode if code.value[0] == order.fail_code)
            context.abort(code, order.fail_message)
        return shop_pb2.Receipt(text="x" * order.answer_bytes or "thanks")

    def Follow(self, order, context):
        yield shop_pb2.Receipt(text="one")

    def Count(self, empty, context):
        return shop_pb2.Receipt(text="1")


server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=16))
shop_pb2_grpc.add_ShopServicer_to_server(Shop(), server)
names = ["aviary.shop.Shop"]
if "--health" in options:
    from grpc_health.v1 import health, health_pb2, health_pb2_grpc

    checks = health.HealthServicer()
    checks.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    names.append("grpc.health.v1.Health")
if "--reflection" in options:
    from grpc_reflection.v1alpha import reflection

    reflection.enable_server_reflection(names + [reflection.SERVICE_NAME], server)
if "--tls" in options:
    place = options.index("--tls")
    certificate, key = (open(path, "rb").read() for path in options[place + 1:place + 3])
    authority = open(options[options.index("--client-ca") + 1], "rb").read() if "--client-ca" in options else None
    credentials = grpc.ssl_server_credentials([(key, certificate)], authority, authority is not None)
    port = server.add_secure_port("127.0.0.1:0", credentials)
else:
    port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
for line in sys.stdin:
    if line.strip() == "stop":
        server.stop(None)
        break
    if line.startswith("wait "):
        while len(received["orders"]) < int(line.split()[1]):
            time.sleep(0.01)
        print("arrived", flush=True)
    if line.strip() == "drain":
        server.stop(5)
server.stop(None)
print(json.dumps(received))
