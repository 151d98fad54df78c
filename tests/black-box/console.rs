//! `mfaexec console --print`: which sessions AWS signs in with, and where the link leads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use local_aws::{Account, Fault};

use crate::harness::{SERIAL, World, finish, has};
use crate::roles::{last, world};

const CONSOLE: [&str; 4] = ["console", "-p", "deploy", "--print"];
const TOKEN: &str = "getSigninToken";

/// A world in which the role's session is cached.
fn signed_in() -> World {
    let world = world();
    world.sign_in_as("deploy");
    world
}

/// The link, without the end of its line.
fn link(world: &World, options: &[&str]) -> String {
    let mut console = world.mfaexec(&CONSOLE);
    let printed = finish(console.args(options)).succeeds();
    printed.strip_suffix('\n').unwrap().to_owned()
}

/// What a server answers to a GET: the status, and where it sends a browser.
pub(crate) fn follow(link: &str, more: &str) -> (String, Option<String>) {
    let rest = link.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let own_host = if more.contains("Host:") {
        String::new()
    } else {
        format!("Host: {host}\r\n")
    };
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\n{own_host}{more}Connection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
    let lines = answer
        .lines()
        .map(|line| line.split_once(": ").unwrap_or_default());
    let mut lines = lines.filter(|(name, _)| name.eq_ignore_ascii_case("location"));
    (status, lines.next().map(|(_, value)| value.to_owned()))
}

#[test]
fn the_link_signs_in_and_leads_to_the_service_in_its_region() {
    let world = signed_in();
    let leads_to = |options: &[&str], expected: &str| {
        let link = link(&world, options);
        let (status, place) = follow(&link, "");
        assert_eq!((status.as_str(), place.as_deref()), ("302", Some(expected)));
    };
    let host = "https://eu-central-1.console.aws.amazon.com";
    let home = format!("{host}/console/home?region=eu-central-1");
    leads_to(&[], &home);
    let ec2 = format!("{host}/ec2/home?region=eu-central-1");
    leads_to(&["--service", "ec2"], &ec2);
    // As the AWS CLI calls it, and as the console does.
    let logs = format!("{host}/cloudwatch/home?region=eu-central-1");
    leads_to(&["--service", "logs"], &logs);
    leads_to(
        &[
            "--service",
            "systems-manager/parameters",
            "--region",
            "us-west-2",
        ],
        "https://us-west-2.console.aws.amazon.com/systems-manager/parameters/home?region=us-west-2",
    );
    leads_to(
        &["--region", "aws-global"],
        "https://us-east-1.console.aws.amazon.com/console/home?region=us-east-1",
    );
    // The secrets travel in a body, and are in no URL.
    let entry = last(&world, TOKEN);
    assert_eq!((entry.method.as_str(), entry.status), ("POST", 200));
    assert!(entry.access_key_id.unwrap().starts_with("ASIA"));
    assert_eq!(entry.duration_seconds, None);
    let error = world.run(&["console", "-p", "deploy", "--print", "--service", "../x?a"]);
    has(&error.fails(2), &["--service", "a name such as ec2"]);
    let error = world.run(&[
        "console",
        "-p",
        "deploy",
        "--print",
        "--region",
        "cn-north-1",
    ]);
    has(
        &error.fails(2),
        &["region cn-north-1 has no console", "--region out"],
    );
}

#[test]
fn a_session_of_a_user_is_refused_before_a_code_is_asked_for() {
    let world = world();
    // A program that gives a code would be run.
    let code = world.write("code", "");
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfa_process = rm {}\n",
        code.display()
    ));
    for options in [
        &["-p", "testuser"][..],
        &["-p", "testuser", "--without-mfa"],
    ] {
        let mut console = world.mfaexec(&["console", "--print"]);
        let error = finish(console.args(options)).fails(1);
        has(
            &error,
            &[
                "GetSessionToken",
                "of a role, or of a federation",
                "--role-arn ARN",
            ],
        );
    }
    assert!(code.exists() && world.aws.journal().is_empty());
    // Nor does a key that only a program has, or the session of a user that one prints.
    let account = Account::story();
    let user = account.user("testuser");
    world.write(
        "keys",
        serde_json::json!({
            "Version": 1,
            "AccessKeyId": user.access_key_id(),
            "SecretAccessKey": user.secret_access_key(),
        })
        .to_string(),
    );
    let keys = world.home().join("keys");
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfa_process = rm {}\n\
         [profile program]\nmfa_serial = {SERIAL}\nmfa_process = rm {}\n\
         credential_process = cat {}\n",
        code.display(),
        code.display(),
        keys.display()
    ));
    let error = world.run(&["console", "-p", "program", "--print"]).fails(1);
    has(&error, &["of a role, or of a federation"]);
    assert!(code.exists() && world.code_calls().is_empty());
    // The same profile with a role works.
    let code = world.code();
    let role = "arn:aws:iam::123456789012:role/deployer";
    let line = [
        "console",
        "-p",
        "testuser",
        "--role-arn",
        role,
        "--print",
        "-c",
        &code,
    ];
    world.run(&line).succeeds();
}

#[test]
fn a_duration_reaches_aws_only_where_aws_takes_it() {
    let world = world();
    // More than an hour: the code goes to the role, and a long-term key has assumed it.
    let code = world.code();
    link(&world, &["-d", "8h", "-c", &code]);
    assert_eq!(last(&world, "AssumeRole").duration_seconds, Some(28_800));
    assert_eq!(last(&world, TOKEN).duration_seconds, Some(28_800));
    // An hour: by the MFA session. AWS would refuse any duration.
    let code = world.code();
    link(&world, &["-d", "1h", "--fresh", "-c", &code]);
    assert!(last(&world, "AssumeRole").had_session_token);
    assert_eq!(last(&world, TOKEN).duration_seconds, None);
}

#[test]
fn keys_that_someone_else_gives_are_aws_to_judge() {
    let world = signed_in();
    let program = |profile: &str| {
        let mut run = world.mfaexec(&["-p", profile, "--no-input", "--", "env", "-0"]);
        let variables = finish(&mut run).succeeds();
        let of = |name: &str| {
            let mut found = variables.split('\0').filter_map(|v| v.strip_prefix(name));
            found.next().unwrap().to_owned()
        };
        let keys = serde_json::json!({
            "Version": 1,
            "AccessKeyId": of("AWS_ACCESS_KEY_ID="),
            "SecretAccessKey": of("AWS_SECRET_ACCESS_KEY="),
            "SessionToken": of("AWS_SESSION_TOKEN="),
            "Expiration": of("AWS_CREDENTIAL_EXPIRATION="),
        });
        let keys = world.write(&format!("{profile}.json"), keys.to_string());
        format!(
            "[profile given-{profile}]\ncredential_process = cat {}\n",
            keys.display()
        )
    };
    let config = program("deploy") + &program("testuser");
    world.write_config(&config);
    let console = |profile| world.run(&["console", "-p", profile, "--print"]);
    has(
        &console("given-deploy").succeeds(),
        &["/federation?Action=login&"],
    );
    has(
        &console("given-testuser").fails(1),
        &[
            "cannot be opened with the session",
            "Only federation tokens",
            "--role-arn ARN",
        ],
    );
}

#[test]
fn a_refused_session_says_how_to_get_a_new_one() {
    let world = signed_in();
    world.aws.end_sessions();
    let error = world.run(&CONSOLE).fails(1);
    has(
        &error,
        &[
            "AWS does not sign in to the console with the session of profile deploy",
            "Invalid credentials parameter",
            "--fresh",
        ],
    );
    world.aws.edit(|account| account.roles.clear());
    has(&world.run(&CONSOLE).fails(1), &["Invalid credentials"]);
}

#[test]
fn what_is_no_token_of_aws_is_refused() {
    let world = signed_in();
    for (fault, words) in [
        (Fault::WebPage, "a web page"),
        (Fault::HugeBody, "longer than any"),
        (Fault::ErrorAfter, "HTTP status 500"),
        (Fault::CutAfter, "AWS Sign-In"),
    ] {
        world.aws.fault_on(TOKEN, fault.clone(), 1);
        let error = world.run(&CONSOLE).fails(1);
        has(&error, &[words, "AWS Sign-In"]);
        world.aws.clear_faults();
    }
    // The endpoint is found as that of other services.
    let mut console = world.mfaexec(&CONSOLE);
    let error = finish(console.env("AWS_ENDPOINT_URL_SIGNIN", "http://127.0.0.1:1")).fails(1);
    has(&error, &["cannot reach AWS Sign-In"]);
    let mut console = world.mfaexec(&CONSOLE);
    let error = finish(console.env("AWS_ENDPOINT_URL_SIGNIN", "http://example.com")).fails(1);
    has(&error, &["http://example.com", "AWS_ENDPOINT_URL_SIGNIN"]);
}

#[test]
fn without_an_endpoint_it_is_aws_through_the_proxy() {
    let world = signed_in();
    let url = world.aws.url();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (stream, _) = proxy.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        line
    });
    let mut console = world.mfaexec(&CONSOLE);
    console
        .env_remove("AWS_ENDPOINT_URL")
        .env("AWS_ENDPOINT_URL_STS", url)
        .env("HTTPS_PROXY", address);
    finish(&mut console).fails(1);
    has(
        &asked.join().unwrap(),
        &["CONNECT signin.aws.amazon.com:443 "],
    );
}

#[test]
fn the_loudest_log_shows_neither_link_nor_token() {
    let world = signed_in();
    let mut console = world.mfaexec(&CONSOLE);
    console
        .arg("-vv")
        .env("RUST_LOG", "trace")
        .env("LOG_SENSITIVE_BODIES", "true");
    let said = finish(&mut console);
    let link = said.stdout.trim();
    let token = link.rsplit("SigninToken=").next().unwrap();
    has(&said.stderr, &["getSigninToken succeeded"]);
    assert!(token.len() > 500 && !said.stderr.contains(&token[..16]));
    assert!(!said.stderr.contains("federation?"), "{}", said.stderr);
    let journal = format!("{:?}", world.aws.journal());
    assert!(!journal.contains(&token[..16]), "{journal}");
}

#[test]
fn the_guards_of_a_profile_hold_for_the_console() {
    let world = signed_in();
    let role = "arn:aws:iam::123456789012:role/deployer";
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n[profile deploy]\nrole_arn = {role}\n\
         source_profile = testuser\nmfaexec_confirm = true\n"
    ));
    let mut console = world.mfaexec(&CONSOLE);
    has(
        &finish(console.arg("--no-input")).fails(1),
        &["was not confirmed"],
    );
    assert!(
        world
            .aws
            .journal()
            .iter()
            .all(|entry| entry.action != TOKEN)
    );
}
