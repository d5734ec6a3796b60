"""A Kubernetes API server of our own: etcd, kube-apiserver and some of the controllers, on 127.0.0.1, in a temporary
folder. There is no node, so no pod ever runs: what is looked at is what the API server makes of the objects."""

import http.client
import json
import os
import secrets
import socket
import ssl
import subprocess
from pathlib import Path

from processes import Failure, World, wait_until

# The machine may be busy with other things: this bounds a test that would hang, no more.
PATIENCE = 180.0

CONTROLLERS = ("deployment-controller", "replicaset-controller", "endpointslice-controller",
               "serviceaccount-controller", "resourcequota-controller")


class Refused(Exception):
    """The API server's answer to a request that it did not carry out."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


def free_ports(count):
    """Ports that were free, and are all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Cluster(World):
    """Use it in a `with`; what it started ends with it, by its process id. `emulated` is an older version, to whose
    features and CEL the server keeps."""

    def __init__(self, programs, helm, emulated=None):
        super().__init__(Path(programs))
        self.helm_program = helm
        self.emulated = emulated
        self.token = secrets.token_hex(16)
        self.kubeconfig = self.folder / "kubeconfig"
        self.etcd_port, self.etcd_peer_port, self.port = free_ports(3)
        self.trust = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def start(self):
        (self.folder / "tokens").write_text(f"{self.token},admin,admin,system:masters\n")
        for command in (["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                         "-out", "accounts.key"],
                        ["openssl", "pkey", "-in", "accounts.key", "-pubout", "-out", "accounts.pub"]):
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        etcd = self.start_etcd()
        server = self.start_server()
        self.wait_while_alive("the API server", (("etcd", etcd), ("kube-apiserver", server)), self.is_ready)
        self.write_kubeconfig()
        controllers = self.start_controllers()
        self.wait_while_alive("the controllers", (("kube-controller-manager", controllers),), self.has_account)

    def start_etcd(self):
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.etcd_peer_port}"
        return self.spawn("etcd", [
            self.program("etcd"), "--data-dir", str(self.folder / "etcd"), "--unsafe-no-fsync", "--log-level=warn",
            "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"])

    def start_server(self):
        return self.spawn("kube-apiserver", [
            self.program("kube-apiserver"), f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}", f"--cert-dir={self.folder / 'certificates'}",
            f"--token-auth-file={self.folder / 'tokens'}", "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16", "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.folder / 'accounts.pub'}",
            f"--service-account-signing-key-file={self.folder / 'accounts.key'}",
            # v1 of the policies is on by itself; v1beta1 is what older clusters have.
            "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
            "--enable-admission-plugins=LimitRanger,ResourceQuota,PodSecurity,MutatingAdmissionPolicy",
            *self.emulation()])

    def emulation(self):
        if not self.emulated:
            return []
        # The plugin of the newer server needs the newer version of the policies' API beside the old one.
        return [f"--emulated-version={self.emulated}", "--emulation-forward-compatible=true",
                "--feature-gates=MutatingAdmissionPolicy=true"]

    def start_controllers(self):
        return self.spawn("kube-controller-manager", [
            self.program("kube-controller-manager"), f"--kubeconfig={self.kubeconfig}", "--leader-elect=false",
            "--secure-port=0", f"--controllers={','.join(CONTROLLERS)}",
            f"--service-account-private-key-file={self.folder / 'accounts.key'}"])

    def write_kubeconfig(self):
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "live",
            "clusters": [{"name": "live", "cluster": {
                "server": f"https://127.0.0.1:{self.port}",
                "certificate-authority": str(self.folder / "certificates" / "apiserver.crt")}}],
            "users": [{"name": "admin", "user": {"token": self.token}}],
            "contexts": [{"name": "live", "context": {"cluster": "live", "user": "admin"}}]}))

    def wait_while_alive(self, what, processes, condition):
        def look():
            for name, process in processes:
                if process.poll() is not None:
                    raise Failure(f"{name} ended with {process.returncode}:\n{self.end_of_log(name)}")
            return condition()

        wait_until(what, look, PATIENCE)

    def end_of_log(self, name):
        return "\n".join((self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-15:])

    def is_ready(self):
        certificate = self.folder / "certificates" / "apiserver.crt"
        if not certificate.exists():
            return False
        try:
            self.trust = ssl.create_default_context(cafile=certificate)
            return self.exchange("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def has_account(self):
        try:
            return self.get("/api/v1/namespaces/default/serviceaccounts/default")
        except Refused:
            return False

    def exchange(self, method, path, body=None, content_type="application/json"):
        """One request; the status and the body of the answer."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=self.trust)
        try:
            connection.request(method, path, body, {
                "Authorization": f"Bearer {self.token}", "Accept": "application/json", "Content-Type": content_type})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def request(self, method, path, value=None, content_type="application/json"):
        body = None if value is None else json.dumps(value)
        status, text = self.exchange(method, path, body, content_type)
        answer = json.loads(text)
        if status >= 300:
            raise Refused(status, answer.get("message", ""))
        return answer

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, value):
        return self.request("POST", path, value)

    def merge(self, path, value):
        return self.request("PATCH", path, value, "application/merge-patch+json")

    def namespace(self, name, **labels):
        """Makes a namespace and waits until pods can be made in it."""
        self.post("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})
        path = f"/api/v1/namespaces/{name}/serviceaccounts"
        wait_until(f"the service account of {name}", lambda: self.get(path)["items"], PATIENCE)
        return name

    def kubectl(self, *arguments, text=None):
        return self.run([self.program("kubectl"), f"--kubeconfig={self.kubeconfig}", *arguments], text)

    def helm(self, *arguments):
        return self.run([self.helm_program, *arguments, f"--kubeconfig={self.kubeconfig}"])

    def run(self, command, text=None):
        """What a command prints. Its home is here: what helm and kubectl remember of a cluster ends with it."""
        home = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        done = subprocess.run(command, input=text, env=home, capture_output=True, text=True, check=False,
                              timeout=PATIENCE)
        if done.returncode:
            raise Failure(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
        return done.stdout
