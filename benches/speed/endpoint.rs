//! The endpoint of `--refresh`: 200 requests in each second, as many short-lived SDK clients make them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::table::Row;
use crate::world::World;

const SECONDS: u32 = 30;
const CLIENTS: u32 = 4;
/// Between two requests of one client: 200 in a second in all.
const PAUSE: Duration = Duration::from_millis(20);
/// Memory may grow by so much while it serves: what an allocator keeps.
const FLAT_KIB: f64 = 512.0;

/// What one request needs.
#[derive(Clone)]
struct Request {
    host: String,
    text: String,
}

impl Request {
    fn send(&self) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(&self.host)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(self.text.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200") && answer.contains("SecretAccessKey"))
    }
}

/// Ends the command, and so the endpoint.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

pub(crate) fn rows(mfaexec: &Path) -> Result<Vec<Row>> {
    let world = World::new(mfaexec, None)?;
    world.sign_in()?;
    let mut command = world.command(mfaexec);
    command.args(["--refresh", "-p", "testuser", "--", "sh", "-c"]);
    command.arg("env > new; mv new environment; exec sleep 600");
    let running = Running(command.stdout(Stdio::null()).spawn()?);
    let request = request(&world)?;
    let server = companion(running.0.id())?;
    // The first ones bring the server's memory to its size.
    for _ in 0..200 {
        request.send()?;
    }
    let before = memory_kib(server)?;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let request = request.clone();
            thread::spawn(move || client(&request))
        })
        .collect();
    let mut times = Vec::new();
    let mut lost = 0;
    for client in clients {
        let (of_client, its_lost) = client.join().map_err(|_| "a client ended")?;
        times.extend(of_client);
        lost += its_lost;
    }
    let growth = memory_kib(server)?.saturating_sub(before);
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let asked = times.len() + lost;
    let what = format!("endpoint of --refresh: {asked} requests in {SECONDS} s, lost");
    let none = Row::new(what, lost.to_string()).at_most(lost as f64, 0.0, "lost");
    let figure = format!("{:.2} ms, {:.2} ms", at(0.5), at(0.99));
    let time = Row::new("the same, median and 99th percentile of an answer", figure);
    let memory = Row::new(
        format!("the same, memory of the server: {before} KiB, and then more by"),
        format!("{growth} KiB"),
    );
    let memory = memory.at_most(growth as f64, FLAT_KIB, "KiB");
    Ok(vec![none, time, memory])
}

/// Milliseconds of each answer, and how many did not come.
fn client(request: &Request) -> (Vec<f64>, usize) {
    let (begun, mut times, mut lost) = (Instant::now(), Vec::new(), 0);
    let end = begun + Duration::from_secs(u64::from(SECONDS));
    let mut next = begun;
    while next < end {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let sent = Instant::now();
        match request.send() {
            Ok(true) => times.push(sent.elapsed().as_secs_f64() * 1e3),
            _ => lost += 1,
        }
        next += PAUSE;
    }
    (times, lost)
}

fn request(world: &World) -> Result<Request> {
    let path = world.home().join("environment");
    let begun = Instant::now();
    while !path.exists() && begun.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(10));
    }
    let environment = fs::read_to_string(path)?;
    let value = |name: &str| {
        let mut lines = environment.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    };
    let uri = value("AWS_CONTAINER_CREDENTIALS_FULL_URI").ok_or("there is no endpoint")?;
    let token = value("AWS_CONTAINER_AUTHORIZATION_TOKEN").ok_or("there is no token")?;
    let place = uri.strip_prefix("http://").ok_or("not http")?;
    let (host, path) = place.split_once('/').ok_or("no path")?;
    Ok(Request {
        host: host.to_owned(),
        text: format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\r\n"),
    })
}

/// The process beside the command: it has the same arguments as mfaexec had.
fn companion(command: u32) -> Result<u32> {
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words);
        if pid != command && words.contains("--refresh") && words.contains("mv new environment") {
            return Ok(pid);
        }
    }
    Err("there is no companion".into())
}

fn memory_kib(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no memory")?.parse()?)
}
