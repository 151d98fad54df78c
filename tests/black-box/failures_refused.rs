//! Refusals of STS that mfaexec's own checks keep the stand-in from giving: AWS's words reach the
//! person, and the code goes out once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::harness::{World, finish, has};

/// Reads one request with its body.
fn read_request(client: &TcpStream) -> String {
    let mut request = String::new();
    let mut client = BufReader::new(client);
    while !request.ends_with("\r\n\r\n") {
        assert!(client.read_line(&mut request).unwrap() > 0, "{request:?}");
    }
    let head = request.to_lowercase();
    let (_, length) = head.split_once("content-length: ").unwrap();
    let mut body = vec![0; length.lines().next().unwrap().parse().unwrap()];
    client.read_exact(&mut body).unwrap();
    request + &String::from_utf8(body).unwrap()
}

/// A run whose code is answered with this refusal; the error.
fn refused(status: &str, code: &str, message: &str) -> String {
    let world = World::new();
    let sts = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", sts.local_addr().unwrap());
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>1-2-3</RequestId></ErrorResponse>"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let refusing = std::thread::spawn(move || {
        let (client, _) = sts.accept().unwrap();
        let request = read_request(&client);
        (&client).write_all(answer.as_bytes()).unwrap();
        sts.set_nonblocking(true).unwrap();
        (request, sts)
    });
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "echo", "ran"]);
    let error = finish(command.env("AWS_ENDPOINT_URL", url)).fails(125);
    let (request, sts) = refusing.join().unwrap();
    has(&request, &["Action=GetSessionToken", "TokenCode=123456"]);
    assert!(sts.accept().is_err(), "it is asked once");
    error
}

#[test]
fn a_key_that_turns_out_to_be_temporary() {
    let message = "Cannot call GetSessionToken with session credentials";
    has(
        &refused("403 Forbidden", "AccessDenied", message),
        &[
            "profile testuser cannot ask for an MFA session",
            &format!("{message} (AccessDenied)"),
            "its keys are temporary",
        ],
    );
}

#[test]
fn what_has_no_words_of_its_own_comes_in_those_of_aws() {
    let expired = "The security token included in the request is expired";
    let invalid = "1 validation error detected: Value '123456' at 'tokenCode' failed to satisfy \
                   constraint: Member must have length less than or equal to 5";
    for (status, code, message) in [
        ("403 Forbidden", "ExpiredToken", expired),
        ("400 Bad Request", "ValidationError", invalid),
    ] {
        has(
            &refused(status, code, message),
            &[
                "AWS refused GetSessionToken for profile testuser",
                // The code that was sent is no one's business.
                &format!("{} ({code})", message.replace("'123456'", "'******'")),
                "correct what AWS names",
            ],
        );
    }
}
