//! Who else reaches the endpoint of `--refresh`: web pages, other users, and clients that never end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::harness::{World, eventually};
use crate::refresh::Served;
use crate::skipping::needs;

fn served() -> (World, Served) {
    let world = World::new();
    world.sign_in(&[]);
    let served = Served::start(&world, &["-p", "testuser"]);
    (world, served)
}

#[test]
fn only_the_commands_own_request_is_answered() {
    let (_world, served) = served();
    let (host, token) = (&served.host, &served.token);
    let port = host.rsplit_once(':').unwrap().1;
    let request = |first: &str, headers: &[&str]| {
        let request = format!("{first}\r\n{}\r\n\r\n", headers.join("\r\n"));
        served.send(&request)
    };
    let own_host = format!("Host: {host}");
    let own = format!("Authorization: {token}");
    let get = "GET /credentials HTTP/1.1";
    assert_eq!(request(get, &[&own_host, &own]).unwrap().status, 200);
    let wrong_token = format!("Authorization: {}x", &token[1..]);
    let bearer = format!("Authorization: Bearer {token}");
    let rebound = format!("Host: evil.example:{port}");
    let localhost = format!("Host: localhost:{port}");
    let origin = format!("Origin: http://{host}");
    let refused: [(&str, &[&str]); 13] = [
        // No token, another one, a part of it, and more than it.
        (get, &[&own_host]),
        (get, &[&own_host, &wrong_token]),
        (get, &[&own_host, "Authorization: "]),
        (get, &[&own_host, &bearer]),
        (get, &[&own_host, &own, &own]),
        // A name that leads to 127.0.0.1, as with DNS rebinding, and others.
        (get, &[&rebound, &own]),
        (get, &[&localhost, &own]),
        (get, &["Host: 127.0.0.1", &own]),
        (get, &[&own_host, &rebound, &own]),
        // Web pages.
        (get, &[&own_host, &own, &origin]),
        (get, &[&own_host, &own, "Origin: null"]),
        ("OPTIONS /credentials HTTP/1.1", &[&own_host, &own]),
        (
            "POST /credentials HTTP/1.1",
            &[&own_host, &own, "Content-Length: 0"],
        ),
    ];
    for (first, headers) in refused {
        let answer = request(first, headers).unwrap();
        assert_eq!(answer.status, 403, "{first} {headers:?}: {answer:?}");
        assert!(!answer.body.contains("ASIA") && !answer.body.contains(token));
        assert!(!answer.has_header("access-control"), "{answer:?}");
    }
    for path in [
        "/",
        "/credentials/",
        "/credentials?x",
        "/../credentials",
        "//credentials",
    ] {
        let answer = request(&format!("GET {path} HTTP/1.1"), &[&own_host, &own]).unwrap();
        assert_eq!(answer.status, 404, "{path}");
    }
    let without_host = request("GET /credentials HTTP/1.0", &[&own]).unwrap();
    assert_eq!(without_host.status, 403);
    for junk in [
        "\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let answer = served.send(junk);
        assert!(answer.is_none_or(|answer| answer.status >= 400), "{junk:?}");
    }
    let long = format!("X: {}", "x".repeat(100_000));
    let answer = request(get, &[&own_host, &own, &long]);
    assert!(answer.is_none_or(|answer| answer.status >= 400));
    assert_eq!(served.ask().status, 200);
}

#[test]
fn it_listens_on_loopback_only() {
    needs!("/proc");
    let (_world, served) = served();
    let port: u16 = served.host.rsplit_once(':').unwrap().1.parse().unwrap();
    assert!(served.host.starts_with("127.0.0.1:"));
    let mut listening = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = std::fs::read_to_string(table).unwrap_or_default();
        let lines = table.lines().filter(|line| line.contains(" 0A "));
        let addresses = lines.filter_map(|line| line.split_whitespace().nth(1));
        let own = addresses.filter(|address| address.ends_with(&format!(":{port:04X}")));
        listening.extend(own.map(str::to_owned));
    }
    assert_eq!(listening, [format!("0100007F:{port:04X}")]);
}

#[test]
fn a_slow_client_is_cut_off_and_holds_up_no_one() {
    let (_world, served) = served();
    let begun = Instant::now();
    let mut slow = TcpStream::connect(&served.host).unwrap();
    slow.write_all(b"GET /credentials HTT").unwrap();
    assert_eq!(served.ask().status, 200);
    // A byte now and then makes it no longer.
    slow.set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    eventually("it is cut off", || {
        let _ = slow.write_all(b"P");
        matches!(slow.read(&mut [0; 512]), Ok(0)) || slow.write_all(b"P").is_err()
    });
    assert!(begun.elapsed() > Duration::from_secs(1));
    assert_eq!(served.ask().status, 200);
}

#[test]
fn ten_thousand_connections_do_not_break_it() {
    let (_world, served) = served();
    let mut open = std::collections::VecDeque::new();
    for number in 0..10_000 {
        open.push_back(TcpStream::connect(&served.host).unwrap());
        // This process may have no more files than others.
        if open.len() > 600 {
            open.pop_front();
        }
        if number % 1000 == 500 {
            assert_eq!(served.ask().status, 200, "after {number}");
        }
    }
    assert_eq!(served.ask().status, 200);
}
