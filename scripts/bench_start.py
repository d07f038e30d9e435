"""The part `start` of scripts/bench: from exec of the function to its first byte over TLS, at a whole core and at a small share of one."""

import http.server
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from statistics import median

# The most CPU that may pass until the first byte over TLS, in milliseconds.
MOST = 25

EVENT_TEXT = "Nov 22 15:00:00 h CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|act=Deny"
EVENT = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-11-22T22:30:00.000Z",
         "awsRegion": "us-east-1", "s3": {"bucket": {"name": "b"}, "object": {"key": "ds_agent/a"}}}
LINE = json.dumps({"message": EVENT_TEXT}).encode() + b"\n"


class Start(http.server.BaseHTTPRequestHandler):
    """The runtime interface with one event, and S3 with one object of one line."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if "/invocation/next" in self.path:
            if self.server.asked:
                time.sleep(60)
            self.server.asked = True
            deadline = str(int((time.time() + 60) * 1000))
            self.answer(json.dumps(EVENT).encode(), {
                "lambda-runtime-aws-request-id": "r", "lambda-runtime-deadline-ms": deadline,
                "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:1:function:f"})
        else:
            self.answer(LINE, {"etag": '"e"'})

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(b"")

    def answer(self, body, headers={}):
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.wfile.write(f"HTTP/1.1 200 OK\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body)

    def log_message(self, *_):
        pass


def start(bench):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        authority(folder)
        print("from exec of the function to its first byte over TLS\n")
        print(f"{'share of a core':<18}{'cpu ms':>9}{'wall ms':>9}")
        for share in (1, 0.07):
            runs = [first_byte(bench.loader + "-lambda", folder, share) for _ in range(bench.rounds)]
            cpu, wall = (median(column) * 1e3 for column in zip(*runs))
            print(f"{share:<18}{cpu:>9.1f}{wall:>9.1f}", flush=True)
            if share == 1 and cpu > MOST:
                print(f"more than {MOST} ms of CPU")


def authority(folder):
    """An authority, and the certificate of localhost that it signs."""
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for command in (
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench", "-keyout", "ca.key",
         "-out", "ca"],
        ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "key", "-out", "request"],
        ["x509", "-req", "-days", "2", "-in", "request", "-CA", "ca", "-CAkey", "ca.key", "-set_serial", "1",
         "-extfile", "names", "-out", "cert"],
    ):
        subprocess.run(["openssl", *command], check=True, cwd=folder, stderr=subprocess.DEVNULL)


def first_byte(program, folder, share):
    """CPU and wall seconds of a function until a server with its own authority gets the first byte of a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    aws = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Start)
    aws.asked = False
    # The function is killed in the middle of its requests.
    aws.handle_error = lambda *_: None
    threading.Thread(target=aws.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{aws.server_port}"
        environment = {
            "AWS_LAMBDA_RUNTIME_API": address, "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "key", "AWS_ENDPOINT_URL": f"http://{address}", "NO_PROXY": "127.0.0.1,localhost",
            "ENDPOINT": f"https://localhost:{listener.getsockname()[1]}", "OPENSEARCH_CA": str(folder / "ca"),
        }
        begun = time.perf_counter()
        process = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL)
        throttle = threading.Thread(target=throttled, args=(process, share), daemon=True)
        throttle.start()
        try:
            listener.settimeout(60)
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) as stream:
                stream.recv(1)
                wall = time.perf_counter() - begun
                return cpu_of(process), wall
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
            aws.shutdown()


def cpu_of(process):
    """CPU seconds of all threads of a process so far: the first number of schedstat is in nanoseconds."""
    tasks = pathlib.Path(f"/proc/{process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def throttled(process, share):
    """Lets a process have its share of a core, as cpulimit does: in each 20 ms it runs for so long, and stands still then."""
    period = 0.02
    while share < 1 and process.poll() is None:
        time.sleep(period * share)
        process.send_signal(signal.SIGSTOP)
        time.sleep(period * (1 - share))
        process.send_signal(signal.SIGCONT)


