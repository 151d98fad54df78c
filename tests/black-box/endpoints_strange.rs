//! What answers that is not AWS: an endpoint that was meant for another service, one that repeats
//! what it was sent, and ones that want memory or a screen full of words.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use nix::libc;

use crate::harness::{SERIAL, World, finish, has};

/// The session token of the caller in the environment of a run, as AWS writes them.
const TOKEN: &str = "IQoJb3JpZ2luX2VjEDQaCWV1LXdlc3QtMSJH/canary+of+a+token==";

/// An endpoint that answers each request with what `answer` makes of it.
fn endpoint(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Some(request) = read_request(&client) else {
                continue;
            };
            let _gone = (&client).write_all(&answer(&request));
        }
    });
    url
}

/// A request as it was sent, head and body; none if the client goes away.
fn read_request(client: &TcpStream) -> Option<String> {
    let mut request = String::new();
    let mut client = BufReader::new(client);
    while !request.ends_with("\r\n\r\n") {
        if client.read_line(&mut request).ok()? == 0 {
            return None;
        }
    }
    let head = request.to_lowercase();
    let (_, length) = head.split_once("content-length: ")?;
    let mut body = vec![0; length.lines().next()?.parse().ok()?];
    client.read_exact(&mut body).ok()?;
    Some(request + &String::from_utf8_lossy(&body))
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        .into_bytes()
}

fn refusal(code: &str, message: &str) -> Vec<u8> {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>1-2-3</RequestId></ErrorResponse>"
    );
    answer("403 Forbidden", &body)
}

/// The code that a run is given.
const CODE: &str = "135791";

/// A run, which has not used the code before.
fn run(world: &World, url: &str) -> Command {
    world.run(&["clear"]).succeeds();
    if world.cache().exists() {
        fs::remove_dir_all(world.cache()).unwrap();
    }
    let mut command = world.mfaexec(&["-p", "testuser", "-c", CODE, "--", "echo", "ran"]);
    command.env("AWS_ENDPOINT_URL", url);
    command
}

#[test]
fn an_endpoint_of_another_service_is_named_with_what_to_write_instead() {
    let s3 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InvalidArgument</Code>\
              <Message>no</Message></Error>";
    let json = "{\"__type\":\"MissingAuthenticationToken\"}";
    for (status, body, form) in [
        (
            "400 Bad Request",
            s3,
            "an error as S3 writes them, InvalidArgument",
        ),
        ("400 Bad Request", json, "JSON"),
        ("403 Forbidden", "", "it is empty"),
        ("404 Not Found", "<!DOCTYPE html><p>nginx", "a web page"),
        ("200 OK", "<html>", "a web page"),
    ] {
        let world = World::new();
        let (status, body) = (status.to_owned(), body.to_owned());
        let url = endpoint(move |_| answer(&status, &body));
        let says = format!("{url} does not answer like STS (the endpoint is from ");
        let error = finish(&mut run(&world, &url)).fails(125);
        let instead = format!("AWS_ENDPOINT_URL_S3={url}");
        has(
            &error,
            &[
                &says,
                "AWS_ENDPOINT_URL)",
                form,
                &instead,
                "AWS_ENDPOINT_URL_STS",
            ],
        );
        let mut command = run(&world, "");
        let error = finish(command.env("AWS_ENDPOINT_URL_STS", &url)).fails(125);
        has(
            &error,
            &[&says, "set AWS_ENDPOINT_URL_STS to an endpoint of STS"],
        );
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\nendpoint_url = {url}\n"
        ));
        let error = finish(run(&world, "").env_remove("AWS_ENDPOINT_URL")).fails(125);
        has(
            &error,
            &[&says, "/.aws/config, line 3)", "AWS_ENDPOINT_URL_S3"],
        );
    }
}

/// What is no service of AWS has used no code: the same one works where the endpoint is put right.
#[test]
fn a_code_that_went_to_another_service_can_be_used() {
    let world = World::new();
    let url = endpoint(|_| {
        let body = "<Error><Code>InvalidArgument</Code></Error>";
        answer("400 Bad Request", body)
    });
    let code = world.code();
    for printed in [true, false] {
        let mut command = world.mfaexec(&["-p", "testuser", "--", "true"]);
        match printed {
            true => command.env("MFAEXEC_MFA_PROCESS", format!("echo {code}")),
            false => command.env("MFAEXEC_CODE", &code),
        };
        let error = finish(command.env("AWS_ENDPOINT_URL", &url)).fails(125);
        has(&error, &["does not answer like STS"]);
    }
    world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .succeeds();
}

/// An endpoint on another machine that was named for all services is asked whose key it is before a
/// code goes there, also where no one is asked for that.
#[test]
fn no_code_goes_to_another_service_on_another_machine() {
    let world = World::new();
    let internet = crate::internet::Internet::new(&world);
    let code = world.code();
    let run = |variable: &str| {
        let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "true"]);
        internet
            .lead(&mut command)
            .env(variable, "https://minio.example.com");
        finish(&mut command)
    };
    world.aws.fault(local_aws::Fault::WebPage, 9);
    let error = run("AWS_ENDPOINT_URL").fails(125);
    has(
        &error,
        &[
            "https://minio.example.com does not answer like STS",
            "a web page",
            "AWS_ENDPOINT_URL_S3=https://minio.example.com",
        ],
    );
    assert!(world.code_calls().is_empty());
    world.aws.clear_faults();
    world.aws.clear_journal();
    // Where it is STS after all the code works, and a variable of its own is taken at its word.
    run("AWS_ENDPOINT_URL").succeeds();
    let actions = |world: &World| -> Vec<String> {
        let journal = world.aws.journal();
        journal.into_iter().map(|entry| entry.action).collect()
    };
    assert_eq!(actions(&world), ["GetCallerIdentity", "GetSessionToken"]);
    world.aws.clear_journal();
    let code = world.code();
    let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--fresh", "--", "true"]);
    internet
        .lead(&mut command)
        .env("AWS_ENDPOINT_URL_STS", "https://minio.example.com");
    finish(&mut command).succeeds();
    assert_eq!(actions(&world), ["GetSessionToken"]);
}

/// Before a code is typed the endpoint was asked for something else.
#[test]
fn no_code_goes_to_an_endpoint_of_another_service() {
    let world = World::new();
    let (sent, requests) = std::sync::mpsc::channel();
    let url = endpoint(move |request| {
        sent.send(request.to_owned()).unwrap();
        answer(
            "400 Bad Request",
            "<Error><Code>InvalidArgument</Code></Error>",
        )
    });
    let mut command = world.mfaexec(&["-p", "testuser", "--", "true"]);
    command.env("AWS_ENDPOINT_URL", &url);
    let mut terminal = crate::harness::terminal(command);
    let seen = terminal.exp_eof().unwrap();
    has(&seen, &["does not answer like STS", "AWS_ENDPOINT_URL_S3"]);
    let requests: Vec<String> = requests.try_iter().collect();
    assert!(
        requests
            .iter()
            .all(|request| request.contains("Action=GetCallerIdentity")),
        "{requests:?}"
    );
}

/// An endpoint that shows the request in its error shows what is in the request.
#[test]
fn secrets_that_an_endpoint_repeats_are_struck_out() {
    let world = World::new();
    let echo = |request: &str| {
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        let head = request.replace(['<', '&'], " ");
        refusal(
            "Echo",
            &format!("{} and {head}", body.replace('&', "&amp;")),
        )
    };
    let url = endpoint(echo);
    for verbose in ["-q", "-vv"] {
        let mut command = run(&world, &url);
        command.env("MFAEXEC_CODE", CODE);
        let words = [verbose, "-p", "testuser", "--", "true"];
        let mut other = world.mfaexec(&words);
        other.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let error = finish(&mut other).fails(125);
        has(
            &error,
            &["TokenCode=******", "Action=GetSessionToken", "123456789012"],
        );
        assert!(!error.contains(CODE), "{error}");
    }
    // A role that is assumed with a session: its token is in a header, and in the body, too.
    let account = local_aws::Account::story();
    let user = account.user("testuser");
    let secret = user.secret_access_key();
    world.write_config(
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         credential_source = Environment\n",
    );
    let encoded = TOKEN
        .replace('/', "%2F")
        .replace('+', "%2B")
        .replace('=', "%3D");
    let both = encoded.clone();
    let url = endpoint(move |request| {
        assert!(request.contains(TOKEN), "{request}");
        refusal("Echo", &format!("{TOKEN} and {both} and {TOKEN}"))
    });
    let mut command = world.mfaexec(&["-vv", "-p", "role", "--", "true"]);
    command
        .env("AWS_ENDPOINT_URL", &url)
        .env("AWS_ACCESS_KEY_ID", "ASIACANARY0000000000")
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env("AWS_SESSION_TOKEN", TOKEN);
    let error = finish(&mut command).fails(125);
    has(&error, &["****** and ****** and ******"]);
    for canary in [TOKEN, &encoded, secret, "canary"] {
        assert!(!error.contains(canary), "{error}");
    }
}

#[test]
fn words_without_end_are_cut() {
    let world = World::new();
    for (code, message) in [
        ("AccessDenied", "é".repeat(300_000)),
        (&"x".repeat(900_000), "short".to_owned()),
    ] {
        let refused = refusal(code, &message);
        let url = endpoint(move |_| refused.clone());
        let error = finish(&mut run(&world, &url)).fails(125);
        has(&error, &["…"]);
        assert!(error.chars().count() < 4000, "{}", error.len());
    }
}

/// An answer that is not whole is no session, and no one's clock is to blame.
#[test]
fn an_answer_that_is_cut_says_so() {
    let world = World::new();
    let whole = "<GetSessionTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                 <GetSessionTokenResult><Credentials><AccessKeyId>ASIACUT0000000000000</AccessKeyId>\
                 <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>";
    let closed = format!("{whole}</Credentials></GetSessionTokenResult></GetSessionTokenResponse>");
    for (body, words) in [
        (closed.as_str(), "it does not say when the session ends"),
        (whole, "it does not say when the session ends"),
        (
            &whole[..whole.len() - 40],
            "a part of the session is missing",
        ),
    ] {
        let body = body.to_owned();
        let url = endpoint(move |_| answer("200 OK", &body));
        let error = finish(&mut run(&world, &url)).fails(125);
        has(
            &error,
            &["the answer of STS to GetSessionToken was lost", words],
        );
        assert!(!error.contains("clock"), "{error}");
    }
}

/// An endpoint that sends an answer a byte at a time, each in a piece of its own.
fn drips() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            client.set_nodelay(true).unwrap();
            if read_request(&client).is_none() {
                continue;
            }
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let _gone = (&client).write_all(head.as_bytes());
            for _ in 0..900_000 {
                if (&client).write_all(b"1\r\nx\r\n").is_err() {
                    break;
                }
            }
        }
    });
    url
}

/// The most memory that a command has had, in KiB, and its stderr.
#[expect(clippy::zombie_processes, reason = "it is waited for by wait4(2)")]
fn peak_of(command: &mut Command) -> (libc::c_long, String) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = String::new();
    let mut pipe = child.stderr.take().unwrap();
    pipe.read_to_string(&mut stderr).unwrap();
    let mut used = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    let (pid, mut status) = (child.id().try_into().unwrap(), 0);
    // SAFETY: both places can be written to, and a structure of numbers may be all zeros.
    let used = unsafe {
        assert_eq!(libc::wait4(pid, &mut status, 0, used.as_mut_ptr()), pid);
        used.assume_init()
    };
    (used.ru_maxrss, stderr)
}

#[test]
fn an_answer_in_drips_takes_no_memory() {
    let world = World::new();
    let refused = endpoint(|_| refusal("AccessDenied", "no"));
    let (usual, _) = peak_of(&mut run(&world, &refused));
    let (peak, error) = peak_of(&mut run(&world, &drips()));
    has(&error, &["more pieces than any of AWS", "was lost"]);
    assert!(
        peak < usual + 8 * 1024,
        "{peak} KiB, and {usual} KiB usually"
    );
}
