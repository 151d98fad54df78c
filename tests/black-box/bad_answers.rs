//! Answers that are none of STS's, of every kind, and connections that break off at every byte.
//! Whatever comes: one request with the code, an error in three short lines, nothing kept.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::harness::{World, finish};

/// A server that gives the same bytes to everybody, and then hangs up.
struct Raw {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Raw {
    fn start(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                if has_code(&mut stream) {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                let _gone = stream.write_all(&answer);
            }
        });
        Self { url, requests }
    }
}

/// Reads a request whole; whether it carried a code.
fn has_code(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return false,
            Ok(count) => request.extend_from_slice(&part[..count]),
        }
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase();
            let length = length.split_once("content-length: ").map(|(_, rest)| {
                let end = rest.find("\r\n").unwrap_or(rest.len());
                rest[..end].parse::<usize>().unwrap()
            });
            if body.len() >= length.unwrap_or(0) {
                return body.contains("TokenCode=");
            }
        }
    }
}

const SECRET: &str = "secret/of/the/answer/K7MDENGbPxRfiCYEXAMPLE";
const TOKEN: &str = "token-of-the-answer-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What STS says, with these four in it.
fn credentials(id: &str, secret: &str, token: &str, end: &str) -> String {
    format!(
        "<GetSessionTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetSessionTokenResult><Credentials>{id}{secret}{token}{end}</Credentials>\
         </GetSessionTokenResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>\
         </GetSessionTokenResponse>"
    )
}

fn element(name: &str, value: &str) -> String {
    format!("<{name}>{value}</{name}>")
}

fn in_hours(hours: u64) -> String {
    let moment = std::time::SystemTime::now() + std::time::Duration::from_secs(hours * 3600);
    humantime::format_rfc3339_seconds(moment).to_string()
}

fn good() -> String {
    credentials(
        &element("AccessKeyId", "ASIAOFTHEANSWER00001"),
        &element("SecretAccessKey", SECRET),
        &element("SessionToken", TOKEN),
        &element("Expiration", &in_hours(4)),
    )
}

fn http(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: text/xml\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
         </Error><RequestId>1</RequestId></ErrorResponse>"
    )
}

/// Values that cannot be what they should.
fn odd_values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        " ",
        "a\nb",
        "a&#10;b",
        "a&#13;b",
        "é",
        "\u{202e}x",
        "a b",
        "a\tb",
    ]
    .map(str::to_owned)
    .into();
    values.push("x".repeat(100_000));
    values
}

/// Every kind of bad answer that is one of HTTP's.
fn answers() -> Vec<(String, Vec<u8>)> {
    let mut answers = Vec::new();
    let mut add = |name: &str, answer: Vec<u8>| answers.push((name.to_owned(), answer));
    let fields = [
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
    ];
    for field in fields {
        let good = good();
        let begin = good.find(&format!("<{field}>")).unwrap();
        let end_tag = format!("</{field}>");
        let end = good.find(&end_tag).unwrap() + end_tag.len();
        let with = |value: &str| format!("{}{value}{}", &good[..begin], &good[end..]);
        add(&format!("no {field}"), http("200 OK", &with("")));
        for (number, value) in odd_values().iter().enumerate() {
            let body = with(&element(field, value));
            add(&format!("{field} {number}"), http("200 OK", &body));
        }
    }
    let ends = [
        "1970-01-01T00:00:00Z",
        "2020-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "tomorrow",
        "4102444800",
        "-1",
        "2026-13-45T99:99:99Z",
    ];
    for end in ends {
        let body = good().replace(&in_hours(4), end);
        let body = match body.contains(end) {
            true => body,
            // The second has changed meanwhile.
            false => credentials(
                &element("AccessKeyId", "ASIAOFTHEANSWER00001"),
                &element("SecretAccessKey", SECRET),
                &element("SessionToken", TOKEN),
                &element("Expiration", end),
            ),
        };
        add(&format!("ends {end}"), http("200 OK", &body));
    }
    for (name, body) in [
        ("nothing", String::new()),
        ("blanks", " ".repeat(1000)),
        (
            "a page",
            "<!doctype html><html><body>Sign in</body></html>".to_owned(),
        ),
        (
            "json",
            "{\"Credentials\":{\"AccessKeyId\":\"A\"}}".to_owned(),
        ),
        (
            "another root",
            good().replace("GetSessionToken", "AssumeRole"),
        ),
        ("half", good()[..good().len() / 2].to_owned()),
        (
            "an entity",
            format!(
                "<!DOCTYPE x [<!ENTITY a \"b\">]>{}",
                good().replace("ASIA", "&a;")
            ),
        ),
        ("deep", "<a>".repeat(50_000)),
        ("a NUL", good().replace("ASIA", "AS\0IA")),
    ] {
        add(name, http("200 OK", &body));
    }
    let statuses = [
        "201 Created",
        "204 No Content",
        "301 Moved",
        "302 Found",
        "307 Temporary",
        "400 Bad",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "407 Proxy",
        "418 Teapot",
        "429 Too Many",
        "500 Error",
        "502 Gateway",
        "503 Unavailable",
        "599 Odd",
        "999 None",
    ];
    for status in statuses {
        for body in [
            "",
            "no XML",
            &refusal("Odd", "a message\u{1b}]0;title\u{7}"),
        ] {
            let answer = String::from_utf8(http(status, body)).unwrap();
            let answer = answer.replacen("\r\n", "\r\nlocation: http://127.0.0.1:1/\r\n", 1);
            add(&format!("{status} {}", body.len()), answer.into_bytes());
        }
    }
    let long = "long ".repeat(100_000);
    for (code, message) in [
        ("AccessDenied", "\u{1b}[2J\u{202e}"),
        ("AccessDenied", &long),
        (&long, "short"),
        ("", ""),
        ("Throttling", "slow down"),
        ("InvalidClientTokenId", "no such key"),
        ("SignatureDoesNotMatch", "no"),
        ("ValidationError", "1 validation error"),
    ] {
        let name = format!("refused {:.20} {:.20}", code, message.escape_debug());
        add(&name, http("403 Forbidden", &refusal(code, message)));
    }
    let body = good();
    for (name, head) in [
        (
            "a length too long",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n",
        ),
        (
            "a length of gigabytes",
            "HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n",
        ),
        (
            "two lengths",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\n",
        ),
        (
            "a length of -1",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        ),
        ("no HTTP", "220 mail.example.com ESMTP\r\n"),
        (
            "chunks without numbers",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        ),
        (
            "a chunk without its end",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n",
        ),
        ("HTTP 3", "HTTP/3.0 200 OK\r\n\r\n"),
        ("a header without its end", "HTTP/1.1 200 OK\r\nx: "),
    ] {
        add(name, [head.as_bytes(), body.as_bytes()].concat());
    }
    let header = format!("x: {}\r\n", "y".repeat(900_000));
    let many = "x: y\r\n".repeat(20_000);
    for (name, header) in [("a long header", header), ("many headers", many)] {
        add(
            name,
            format!("HTTP/1.1 200 OK\r\n{header}\r\n{body}").into_bytes(),
        );
    }
    add("nothing at all", Vec::new());
    add("noise", (0..=255).cycle().take(5000).collect());
    add("TLS", b"\x15\x03\x01\x00\x02\x02\x28".to_vec());
    answers
}

/// Runs with a code of its own against this answer, and looks at what is left.
#[track_caller]
fn is_refused(world: &World, name: &str, answer: Vec<u8>, code: usize) {
    let server = Raw::start(answer);
    let code = format!("{code:06}");
    let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "echo", "ran"]);
    let said = finish(command.env("AWS_ENDPOINT_URL", &server.url));
    assert_eq!(said.code, Some(125), "{name}: {said:?}");
    let error = said.fails(125);
    assert_eq!(server.requests.load(Ordering::SeqCst), 1, "{name}: {error}");
    let controls = error.chars().filter(|c| c.is_control() && *c != '\n');
    assert_eq!(controls.count(), 0, "{name}: {error:?}");
    for secret in [SECRET, TOKEN, &code] {
        assert!(!error.contains(secret), "{name} shows {secret}: {error}");
    }
    assert!(error.len() < 4000, "{name}: {} bytes", error.len());
    assert!(!error.contains("internal error"), "{name}: {error}");
    let kept = crate::trouble::names(&world.cache());
    assert!(
        !kept.iter().any(|file| file.ends_with(".session")),
        "{name}: {kept:?}"
    );
    // It counts as used: no one knows what became of it.
    let mut again = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "echo", "ran"]);
    let error = finish(again.env("AWS_ENDPOINT_URL", &server.url)).fails(125);
    assert!(
        error.contains("this code was used already"),
        "{name}: {error}"
    );
    assert_eq!(server.requests.load(Ordering::SeqCst), 1, "{name}");
}

#[test]
fn every_kind_of_bad_answer_is_refused() {
    let world = World::new();
    let answers = answers();
    assert!(answers.len() > 100);
    for (number, (name, answer)) in answers.into_iter().enumerate() {
        is_refused(&world, &name, answer, number);
    }
    // The answer that they are all made of is a good one.
    let server = Raw::start(http("200 OK", &good()));
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "999999", "--", "echo", "ran"]);
    let said = finish(command.env("AWS_ENDPOINT_URL", &server.url));
    assert_eq!(said.succeeds(), "ran\n");
}

#[test]
fn a_connection_may_break_off_at_every_byte() {
    let answer = http("200 OK", &good());
    let world = World::new();
    for length in 0..answer.len() {
        is_cut(&world, &answer[..length], length);
    }
}

/// As [`is_refused`], but with one run: there are many.
#[track_caller]
fn is_cut(world: &World, answer: &[u8], length: usize) {
    let server = Raw::start(answer.to_vec());
    let code = format!("{length:06}");
    let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "echo", "ran"]);
    let error = finish(command.env("AWS_ENDPOINT_URL", &server.url)).fails(125);
    assert_eq!(
        server.requests.load(Ordering::SeqCst),
        1,
        "{length}: {error}"
    );
    assert!(
        !error.contains(SECRET) && !error.contains(TOKEN),
        "{length}: {error}"
    );
    let kept = crate::trouble::names(&world.cache());
    assert!(
        !kept.iter().any(|file| file.ends_with(".session")),
        "{length}: {kept:?}"
    );
}
