//! `mfaexec console` and the browser: what the program that opens it gets as an argument, and who gets
//! the link for it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::console::follow;
use crate::harness::{Said, World, eventually, finish, has};
use crate::roles::world;
use crate::skipping::{needs, root_wanted};
use crate::trouble::STRANGER;

fn signed_in() -> World {
    let world = world();
    world.sign_in_as("deploy");
    world
}

/// A program that notes what it is told to open, then does as `code` says.
fn browser(world: &World, code: &str) -> String {
    let told = world.home().join("told");
    let script = format!(
        "#!/bin/sh\necho \"$*\" > {0}.new\nmv {0}.new {0}\n{code}\n",
        told.display()
    );
    let path = world.write("browser", script);
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Runs `console` with such a browser; `then` gets what the browser was told to open.
fn console(world: &World, code: &str, then: impl FnOnce(&str)) -> Said {
    let mut console = world.mfaexec(&["console", "-p", "deploy", "--service", "s3", "-vv"]);
    console.env("BROWSER", browser(world, code));
    let running = std::thread::spawn(move || finish(&mut console));
    let told = world.home().join("told");
    eventually("the browser is told", || told.exists());
    let address = std::fs::read_to_string(&told).unwrap();
    then(address.trim());
    running.join().unwrap()
}

#[test]
fn the_browser_is_told_a_page_that_hands_the_link_over_once() {
    let world = signed_in();
    let said = console(&world, "", |address| {
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
        let (host, path) = address
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        assert_eq!(path.len(), 32, "{path}");
        // A page of the web that reaches this machine under another name; a guess; a script in a page.
        let refused = |address: &str, more: &str| {
            assert_eq!(follow(address, more), ("404".to_owned(), None), "{more}");
        };
        refused(&format!("http://{host}/"), "");
        refused(&format!("{address}?"), "");
        refused(&format!("http://{host}/{}", "0".repeat(32)), "");
        refused(address, "Host: rebound.example\r\n");
        refused(address, "Host: localhost\r\n");
        refused(address, "Origin: http://evil.example\r\n");
        let (status, link) = follow(address, "");
        let link = link.unwrap();
        assert_eq!(status, "303");
        let (status, place) = follow(&link, "");
        assert_eq!(status, "302");
        let s3 = "https://eu-central-1.console.aws.amazon.com/s3/home?region=eu-central-1";
        assert_eq!(place.as_deref(), Some(s3));
        assert!(!address.contains("Signin"));
    });
    assert!(!said.stderr.contains("SigninToken="), "{}", said.stderr);
    has(
        &said.succeeds(),
        &["deploy: the console is open in the browser, for "],
    );
}

#[test]
fn the_link_is_in_no_argument_list() {
    needs!("ps");
    let world = signed_in();
    console(&world, "sleep 2", |address| {
        let list = finish(Command::new("ps").args(["-eo", "args", "ww"])).succeeds();
        has(&list, &[address]);
        assert!(!list.contains("SigninToken") && !list.contains("federation?"));
        follow(address, "");
    })
    .succeeds();
}

#[test]
fn a_process_of_another_user_gets_nothing() {
    if !root_wanted("console_browser::a_process_of_another_user_gets_nothing") {
        return;
    }
    needs!("bash");
    let world = signed_in();
    console(&world, "", |address| {
        let (host, path) = address
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let port = host.rsplit(':').next().unwrap();
        let id = STRANGER.to_string();
        let get = format!(
            "exec 3<>/dev/tcp/127.0.0.1/{port}; \
             printf 'GET /{path} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n' >&3; cat <&3"
        );
        let mut stranger = Command::new("setpriv");
        stranger.args([
            "--reuid",
            &id,
            "--regid",
            &id,
            "--clear-groups",
            "bash",
            "-c",
            &get,
        ]);
        assert_eq!(finish(&mut stranger).stdout, "");
        assert_eq!(follow(address, "").0, "303");
    })
    .succeeds();
}

#[test]
fn a_slow_client_holds_no_one_up() {
    let world = signed_in();
    console(&world, "", |address| {
        let host = address
            .strip_prefix("http://")
            .unwrap()
            .split('/')
            .next()
            .unwrap();
        let silent: Vec<_> = (0..50)
            .map(|_| std::net::TcpStream::connect(host).unwrap())
            .collect();
        assert_eq!(follow(address, "").0, "303");
        drop(silent);
    })
    .succeeds();
}

#[test]
fn a_browser_outlives_mfaexec() {
    let world = signed_in();
    let end = world.home().join("end");
    let code = format!("sleep 1; echo closed > {}", end.display());
    console(&world, &code, |address| {
        follow(address, "");
    })
    .succeeds();
    assert!(!end.exists());
    eventually("the browser goes on", || end.exists());
}

#[test]
fn what_cannot_be_opened_is_said_before_a_code_is_asked_for() {
    let world = world();
    let none = ["console", "-p", "deploy"];
    let error = world.run(&none).fails(1);
    has(
        &error,
        &["no display", "BROWSER", "mfaexec console --print"],
    );
    let mut console = world.mfaexec(&none);
    console
        .env("DISPLAY", ":1")
        .env("PATH", Path::new("/nowhere"));
    has(&finish(&mut console).fails(1), &["xdg-open", "--print"]);
    // A program in the working directory is not run.
    browser(&world, "");
    let mut console = world.mfaexec(&none);
    console.env("BROWSER", "./browser").env("PATH", ".");
    has(&finish(&mut console).fails(1), &["--print"]);
    assert!(world.aws.journal().is_empty() && !world.home().join("told").exists());
}

#[test]
fn a_browser_that_fails_is_named_with_its_exit_code() {
    let world = signed_in();
    let mut console = world.mfaexec(&["console", "-p", "deploy"]);
    let browser = browser(&world, "exit 3");
    let begun = std::time::Instant::now();
    let error = finish(
        console
            .env("BROWSER", format!("{browser}:{browser} again"))
            .env("PATH", "/bin"),
    );
    let error = error.fails(1);
    assert!(begun.elapsed() < Duration::from_secs(30));
    has(&error, &["browser failed with exit code 3; ", "--print"]);
}

#[test]
fn a_question_says_that_the_console_opens() {
    let world = world();
    let mut session = world.at_terminal(&["console", "-p", "deploy", "--print"]);
    session
        .exp_string("deploy (123456789012), to assume deployer and open the console. MFA code: ")
        .unwrap();
    session.send_line(&world.code()).unwrap();
    session.exp_string("federation?Action=login").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn a_browser_that_does_not_come_is_told_and_can_be_given_up() {
    let world = signed_in();
    let mut console = world.mfaexec(&["console", "-p", "deploy"]);
    console.env("BROWSER", browser(&world, ""));
    let mut session = crate::harness::terminal(console);
    session
        .exp_string("waiting for the browser, for a minute at most; ^C ends this")
        .unwrap();
    let address = std::fs::read_to_string(world.home().join("told")).unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    // Nothing listens there any more.
    let host = address
        .strip_prefix("http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    assert!(std::net::TcpStream::connect(host).is_err());
}
