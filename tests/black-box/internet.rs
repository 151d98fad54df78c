//! The internet as far as AWS goes: a forwarding proxy on loopback behind which every https host is
//! the stand-in for AWS, with a certificate of a private authority for the name that it is asked
//! by. So a test sees which hosts a run talks to, and nothing leaves this machine.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::harness::World;

/// The hosts of AWS, and the way to them.
pub(crate) struct Internet {
    /// The private authority's certificate.
    pub(crate) ca: PathBuf,
    proxy: SocketAddr,
    server: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Internet {
    pub(crate) fn new(world: &World) -> Self {
        let authority = Authority::new(&world.home().join("authority.pem"));
        let ca = authority.path.clone();
        let stand_in = world.aws.url().trim_start_matches("http://").to_owned();
        let server = start_server(authority, stand_in.parse().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let proxy = start_proxy(server, Arc::clone(&heads));
        Self {
            ca,
            proxy,
            server,
            heads,
        }
    }

    /// Lets the program reach AWS by the proxy alone, and trust what it meets there.
    pub(crate) fn lead<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env_remove("AWS_ENDPOINT_URL")
            .env_remove("NO_PROXY")
            .env("HTTPS_PROXY", self.proxy())
            .env("AWS_CA_BUNDLE", &self.ca)
    }

    /// The proxy's URL.
    pub(crate) fn proxy(&self) -> String {
        format!("http://{}", self.proxy)
    }

    /// The https server, past the proxy, by this name of the machine.
    pub(crate) fn direct(&self, name: &str) -> String {
        format!("https://{name}:{}", self.server.port())
    }

    /// The requests to the proxy since the last look, each up to its empty line.
    pub(crate) fn heads(&self) -> Vec<String> {
        std::mem::take(&mut self.heads.lock().unwrap())
    }

    /// The hosts that the proxy was asked for since the last look, each once; port 443 is not
    /// written.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = self.heads().iter().map(|head| target(head)).collect();
        hosts.dedup();
        hosts
    }
}

/// Whom `CONNECT host:port HTTP/1.1` is about.
fn target(head: &str) -> String {
    let target = head.strip_prefix("CONNECT ").unwrap();
    let (target, _) = target.split_once(' ').unwrap();
    target.strip_suffix(":443").unwrap_or(target).to_owned()
}

/// Makes a certificate for whatever name it is asked for.
struct Authority {
    path: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl Authority {
    /// A new one, whose certificate is at `path`.
    fn new(path: &Path) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        fs::write(path, params.self_signed(&key).unwrap().pem()).unwrap();
        Self {
            path: path.to_owned(),
            issuer: Issuer::new(params, key),
        }
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Who asks for an address sends no name.
        let name = hello.server_name().unwrap_or("127.0.0.1").to_owned();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let key = any_supported_type(&key).unwrap();
        let chain = vec![certificate.der().clone()];
        Some(Arc::new(CertifiedKey::new(chain, key)))
    }
}

/// Starts what ends with the tests: a port whose clients are each served by a thread, until the
/// connection breaks.
pub(crate) fn start(
    serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for client in listener.incoming() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || client.and_then(|client| serve(client)));
        }
    });
    address
}

fn start_server(authority: Authority, stand_in: SocketAddr) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(authority));
    let config = Arc::new(config);
    start(move |client| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        let mut client = StreamOwned::new(connection, client);
        let mut server = TcpStream::connect(stand_in)?;
        loop {
            // As they are: the stand-in checks the signature of the host that was meant.
            server.write_all(&message(&mut client)?)?;
            client.write_all(&message(&mut server)?)?;
            client.flush()?;
        }
    })
}

/// Reads one request or answer, which has to tell its length.
pub(crate) fn message(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length:"));
        let length = length.map_or(0, |length| length.trim().parse().unwrap());
        if body.len() >= length {
            return Ok(bytes);
        }
    }
}

fn start_proxy(server: SocketAddr, heads: Arc<Mutex<Vec<String>>>) -> SocketAddr {
    start(move |mut client| {
        let mut head = String::new();
        let mut lines = BufReader::new(&client);
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        heads.lock().unwrap().push(head);
        let mut server = TcpStream::connect(server)?;
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || io::copy(&mut from, &mut to));
        io::copy(&mut server, &mut client)?;
        Ok(())
    })
}
