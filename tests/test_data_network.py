"""Downloads: what decides is the request itself, and its own error is what a user reads."""

import http.server
import ssl
import subprocess
import threading
import time

import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)

from ganlib.datasets import download, load
from ganlib.errors import DataNotFound

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
contact = download.contact  # before the fixture takes its place


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
PORTAL = b"<html><body>Welcome! Log in to use this network.</body></html>"
BROKEN = {
    "portal": HEAD % len(PORTAL) + PORTAL,
    "half": HEAD % 100 + b"0" * 50,
    "lies": HEAD % 100 + b"0" * 50,
    "more": HEAD % 10 + b"0" * 50,
    "empty": HEAD % 0,
    "many": HEAD.replace(b"%d", b"many") + b"0",
    "zip": HEAD.replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1) % 4 + b"0000",
    "loop": b"HTTP/1.1 302 Found\r\nLocation: /loop/\r\nContent-Length: 0\r\n\r\n",
    "file": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "torn": b"HTTP/1.1 302 Found\r\nLocation: http://[::1/\r\nContent-Length: 0\r\n\r\n",
    "noise": b"\x16\x03\x01 no HTTP\r\n\r\n",
    "nothing": b"",
}
"""Answers, byte for byte, of servers and of what stands between."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by what the path says: a status, /slow/SECONDS, /to/STATUS, /once."""

    failures = 0

    def do_GET(self):
        path = self.path.removeprefix("http://nowhere.invalid")
        _, what, *rest = path.split("/")
        if what == "slow":
            time.sleep(float(rest[0]))
            what = "200"
        if what == "once":
            Handler.failures += 1
            what = "503" if Handler.failures == 1 else "200"
        if what in BROKEN:
            self.wfile.write(BROKEN[what])
            time.sleep(2 if what == "half" else 0)
            self.close_connection = True
            return
        self.send_response(302 if what == "to" else int(what))
        if what in ("429", "503"):
            self.send_header("Retry-After", "3600")
        if what == "to":
            self.send_header("Location", f"/{rest[0]}")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"data")

    def do_HEAD(self):
        self.send_error(405)

    def do_CONNECT(self):
        self.send_error(407)

    def log_message(self, *arguments):
        pass


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)
    monkeypatch.setattr(Handler, "failures", 0)


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def tls_server(tmp_path):
    """A server whose certificate only its owner knows, as in many companies; and the file."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    extra = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    try:
        subprocess.run(
            [*command.split(), *extra, "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"openssl makes no certificate here ({error})")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{running.server_port}", str(certificate)
        running.shutdown()


def failure(url):
    with pytest.raises(DataNotFound) as caught:
        contact(url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("path", ["200", "to/200", "once/"])
def test_a_server_that_refuses_head_redirects_or_stumbles_once_is_served(server, path):
    contact(f"{server}/{path}")


def test_six_seconds_to_the_first_byte_are_no_reason_to_give_up(server):
    contact(f"{server}/slow/6")


def test_the_servers_own_answer_is_in_the_sentence(server):
    assert "too many 503 error responses" in failure(f"{server}/503")


@pytest.mark.parametrize("status", ["403", "404"])
def test_a_plain_no_is_left_for_the_download_to_judge(server, status):
    contact(f"{server}/{status}")  # the file may have moved since this line was written


def test_a_server_that_never_answers_is_given_up(server, monkeypatch):
    monkeypatch.setattr(download, "FIRST_SECONDS", 0.3)
    assert "Read timed out" in failure(f"{server}/slow/20")


def test_nobody_listening_is_told_at_once():
    begun = time.monotonic()
    assert "Connection refused" in failure("http://127.0.0.1:1/file")
    assert time.monotonic() - begun < 5


def test_an_unknown_host_is_told_with_the_resolvers_words():
    begun = time.monotonic()
    assert "resolve 'dataset.invalid'" in failure("http://dataset.invalid/file")
    assert time.monotonic() - begun < 15


def test_a_hanging_look_up_is_given_up(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(download, "LOOK_UP_SECONDS", 0.1)
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **o: release.wait(60) and [])
    assert "no address of 'dataset.invalid' after 0.1 s" in failure("http://dataset.invalid/file")
    (left_behind,) = [thread for thread in threading.enumerate() if thread.name == "look-up"]
    assert left_behind.daemon  # or the program could not end
    release.set()
    left_behind.join()


def test_a_companys_proxy_is_used_and_its_host_alone_is_looked_up(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server)
    contact("http://nowhere.invalid/200")
    assert "503" in failure("http://nowhere.invalid/503")


def test_a_proxy_that_wants_a_password_is_named_with_what_to_do(server, monkeypatch):
    monkeypatch.setenv("https_proxy", server)
    message = failure("https://nowhere.invalid/200")
    assert "407" in message and "correct HTTPS_PROXY" in message


def test_certificates_are_those_of_the_download(tls_server, monkeypatch):
    url, certificate = tls_server
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    message = failure(f"{url}/200")
    assert "CERTIFICATE_VERIFY_FAILED" in message and "set REQUESTS_CA_BUNDLE" in message
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    contact(f"{url}/200")


def test_the_error_stands_in_the_sentence_on_missing_data(monkeypatch, server):
    monkeypatch.setattr(download, "contact", lambda url: contact(f"{server}/503"))
    with pytest.raises(DataNotFound, match="too many 503 error responses"):
        load("mnist")


@pytest.mark.parametrize(
    "path, words",
    [
        ("loop/", "Exceeded 30 redirects"),
        ("file/", "No connection adapters were found"),
        ("torn/", "Invalid IPv6 URL"),
        ("noise/", "BadStatusLine"),
        ("nothing/", "closed connection without response"),
        ("zip/", "while decompressing data"),
    ],
)
def test_answers_that_are_none_are_one_sentence(server, path, words):
    assert words in failure(f"{server}/{path}")


@pytest.fixture
def fetch(server, monkeypatch, tmp_path):
    """Let TFDS download MNIST from the test's server; the clause on why it cannot."""
    tfds = pytest.importorskip("tensorflow_datasets")
    mnist = tfds.builder_cls("mnist")

    def fetch(what):
        place = f"{server}/{what}/"
        urls = {place + url.rsplit("/", 1)[1]: info for url, info in official.items()}
        monkeypatch.setattr(mnist, "URL", place, raising=False)
        monkeypatch.setattr(mnist, "url_infos", urls)
        monkeypatch.setattr(download, "contact", contact)
        begun = time.monotonic()
        with pytest.raises(DataNotFound) as caught:
            download.download("mnist", tmp_path / "store", min(urls))
        assert time.monotonic() - begun < 30 and "\n" not in str(caught.value)
        return str(caught.value)

    official = dict(mnist.url_infos)
    return fetch


@pytest.mark.parametrize("what", ["portal", "more", "empty"])
def test_a_page_in_place_of_the_file_is_told_with_what_to_do(fetch, what):
    assert "what came is another file: log in where your network asks for it" in fetch(what)


@pytest.mark.parametrize("what, words", [("lies", "IncompleteRead"), ("many", "ValueError")])
def test_a_length_that_is_a_lie_is_told(fetch, what, words):
    assert words in fetch(what)


def test_a_server_that_falls_silent_half_way_is_given_up(fetch, monkeypatch):
    monkeypatch.setattr(download, "SILENT_SECONDS", 0.3)
    assert "Read timed out" in fetch("half")


@pytest.mark.parametrize("status", ["429", "503"])
def test_nobody_rests_for_an_hour_because_a_server_asks_for_it(fetch, status):
    assert status in fetch(status)


@pytest.mark.parametrize(
    "value",
    [
        "rubbish.invalid",
        " http://127.0.0.1:1 ",
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://proxy.invalid:eighty",
        "socks5://127.0.0.1:1",
        "htp:/proxy:80",
        "://",
        "http://",
        "http://a..b:80",
        "file:///etc/proxy.pac",
    ],
)
def test_a_variable_with_a_wrong_proxy_is_named(monkeypatch, value):
    monkeypatch.setenv("http_proxy", value)
    assert "; correct HTTPS_PROXY and HTTP_PROXY" in failure("http://nowhere.invalid/200")


def test_a_proxys_password_is_not_printed(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://anna:geheim@127.0.0.1:99999")
    assert "geheim" not in failure("http://nowhere.invalid/200")


def test_time_outs_hold_only_while_data_are_fetched():
    from requests.adapters import HTTPAdapter

    before = HTTPAdapter.send
    with pytest.raises(KeyboardInterrupt), download._never_silent():
        assert HTTPAdapter.send is not before
        raise KeyboardInterrupt
    assert HTTPAdapter.send is before
