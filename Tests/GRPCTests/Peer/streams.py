"""Python's gRPC on both sides of a proxy. Usage: streams.py

Prints the ports of two servers, "primary" and "canary"; reads the proxy's port, makes calls of all kinds through it over
one channel, and prints what came of them as JSON.
"""
import concurrent.futures
import json
import threading
import time

import grpc

cancelled = threading.Event()


class Side(grpc.GenericRpcHandler):
    def __init__(self, name):
        self.name = name.encode()

    def service(self, details):
        return {
            "Name": grpc.unary_unary_rpc_method_handler(lambda request, context: self.name),
            "Echo": grpc.unary_unary_rpc_method_handler(self.echo),
            "Fail": grpc.unary_unary_rpc_method_handler(
                lambda request, context: context.abort(grpc.StatusCode.NOT_FOUND, "not there: ü")),
            "Sleep": grpc.unary_unary_rpc_method_handler(lambda request, context: time.sleep(2) or b""),
            "Many": grpc.unary_stream_rpc_method_handler(lambda request, context: (b"x" * 10_000 for _ in range(1000))),
            "Sum": grpc.stream_unary_rpc_method_handler(
                lambda requests, context: str(sum(len(request) for request in requests)).encode()),
            "Talk": grpc.stream_stream_rpc_method_handler(lambda requests, context: (r[::-1] for r in requests)),
            "Endless": grpc.unary_stream_rpc_method_handler(self.endless),
        }.get(details.method.rsplit("/")[-1])

    def echo(self, request, context):
        context.set_trailing_metadata([("x-answer-bin", dict(context.invocation_metadata())["x-question-bin"])])
        return request

    def endless(self, request, context):
        context.add_callback(cancelled.set)
        while context.is_active():
            yield b"x" * 10_000


def serve(name):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=16))
    server.add_generic_rpc_handlers([Side(name)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def status(call):
    try:
        call()
        return ["OK", ""]
    except grpc.RpcError as error:
        return [error.code().name, error.details()]


servers = [serve(name) for name in ("primary", "canary")]
print(*(port for _, port in servers), flush=True)
channel = grpc.insecure_channel(f"127.0.0.1:{int(input())}")
method = "/aviary.test.Streams/"
results = {}
name = channel.unary_unary(method + "Name")
names = [name(b"").decode() for _ in range(40)]
results["canary"] = names.count("canary")
answer, call = channel.unary_unary(method + "Echo").with_call(
    b"y" * 3_000_000, metadata=[("x-question-bin", b"\x00\xff")])
results["echo"] = [len(answer), dict(call.trailing_metadata())["x-answer-bin"].hex()]
results["fail"] = status(lambda: channel.unary_unary(method + "Fail")(b""))
results["unknown"] = status(lambda: channel.unary_unary(method + "Nothing")(b""))[0]
results["deadline"] = status(lambda: channel.unary_unary(method + "Sleep")(b"", timeout=0.2))[0]
results["many"] = sum(len(part) for part in channel.unary_stream(method + "Many")(b""))
results["sum"] = channel.stream_unary(method + "Sum")(b"z" * 10_000 for _ in range(1000)).decode()


turn = threading.Semaphore(1)


def questions():
    for number in range(50):
        turn.acquire()
        yield f"q{number}".encode()


talk = []
for part in channel.stream_stream(method + "Talk")(questions()):
    talk.append(part.decode())
    turn.release()
results["talk"] = talk == [f"q{number}"[::-1] for number in range(50)]
endless = channel.unary_stream(method + "Endless")(b"")
next(endless)
endless.cancel()
results["cancelled"] = cancelled.wait(10)
with concurrent.futures.ThreadPoolExecutor(max_workers=150) as pool:
    results["concurrent"] = sum(1 for _ in pool.map(lambda _: name(b""), range(1000)))
channel.close()
for server, _ in servers:
    server.stop(None)
print(json.dumps(results))
