//! What is between mfaexec and the stand-in for AWS: TLS where it is wanted, and a clock that
//! tells when the last answer went through.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

use crate::Result;

/// A certificate for `localhost`, made for this run.
pub(crate) struct Tls {
    /// The file that a client has to trust.
    pub(crate) pem: String,
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

impl Tls {
    pub(crate) fn new() -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let certificate = made.cert.der().clone();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.into())?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate)?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            pem: made.cert.pem(),
            server: Arc::new(server),
            client: Arc::new(client),
        })
    }

    /// What the server's side of one request over https takes: the time that a bare client waits
    /// for it from the connection to the end of the answer. The client's own work does not count.
    pub(crate) fn servers_share(&self, relay: &Relay) -> Result<f64> {
        let mut socket = Waiting(TcpStream::connect(relay.address)?, Duration::ZERO);
        socket.0.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        let mut connection = ClientConnection::new(Arc::clone(&self.client), name)?;
        ask(&mut rustls::Stream::new(&mut connection, &mut socket))?;
        Ok(socket.1.as_secs_f64() * 1e3)
    }
}

/// A socket, and how long its reads have waited.
struct Waiting(TcpStream, Duration);

impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let begun = Instant::now();
        let read = self.0.read(buffer);
        self.1 += begun.elapsed();
        read
    }
}

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What one round trip takes, on a connection that is open, without TLS.
pub(crate) fn round_trip(relay: &Relay) -> Result<f64> {
    let mut socket = TcpStream::connect(relay.address)?;
    socket.set_nodelay(true)?;
    ask(&mut socket)?;
    let begun = Instant::now();
    ask(&mut socket)?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Asks something that is refused at once, and reads the answer.
fn ask(server: &mut (impl Read + Write)) -> Result<()> {
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let length = body.len();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    server.write_all(request.as_bytes())?;
    server.flush()?;
    match message(server)? {
        Some(answer) if answer.starts_with(b"HTTP/1.1 ") => Ok(()),
        _ => Err("the stand-in does not answer".into()),
    }
}

/// A port in front of a stand-in. It ends with the program.
pub(crate) struct Relay {
    address: SocketAddr,
    answered: Arc<Mutex<Option<Instant>>>,
}

impl Relay {
    /// Leads to the stand-in at `url`.
    pub(crate) fn start(url: &str, tls: Option<&Tls>) -> Result<Self> {
        let stand_in: SocketAddr = url.trim_start_matches("http://").parse()?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let answered = Arc::new(Mutex::new(None));
        let (config, last) = (
            tls.map(|tls| Arc::clone(&tls.server)),
            Arc::clone(&answered),
        );
        thread::spawn(move || {
            for client in listener.incoming() {
                let (config, last) = (config.clone(), Arc::clone(&last));
                thread::spawn(move || client.is_ok_and(|c| serve(c, stand_in, config, &last)));
            }
        });
        Ok(Self { address, answered })
    }

    /// Where it listens, on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// When the last answer went through.
    pub(crate) fn answered(&self) -> Option<Instant> {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves one connection; false if it broke.
fn serve(
    mut client: TcpStream,
    stand_in: SocketAddr,
    config: Option<Arc<ServerConfig>>,
    answered: &Mutex<Option<Instant>>,
) -> bool {
    let Ok(mut server) = TcpStream::connect(stand_in) else {
        return false;
    };
    if client.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
        return false;
    }
    let Some(config) = config else {
        return pass_on(&mut client, &mut server, answered).is_ok();
    };
    ServerConnection::new(config).is_ok_and(|connection| {
        let mut stream = rustls::StreamOwned::new(connection, client);
        pass_on(&mut stream, &mut server, answered).is_ok()
    })
}

fn pass_on(
    client: &mut (impl Read + Write),
    server: &mut (impl Read + Write),
    answered: &Mutex<Option<Instant>>,
) -> io::Result<()> {
    while let Some(request) = message(client)? {
        server.write_all(&request)?;
        let Some(answer) = message(server)? else {
            return Ok(());
        };
        *answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        client.write_all(&answer)?;
        client.flush()?;
    }
    Ok(())
}

/// Reads one request or answer of HTTP/1.1, which has to tell its length; none at the end.
fn message(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|length| length.trim().parse().ok())
            .unwrap_or(0);
        if body.len() >= length {
            return Ok(Some(bytes));
        }
    }
}
