//! Runs that cannot ask wait for one that does, and jobs that gave a question up are not asked again.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_aws::Fault;

use crate::harness::{MFAEXEC, World, finish, has, kill, terminal};
use crate::skipping::needs;
use crate::trouble::said;

const SHOW_KEY: [&str; 5] = ["-p", "testuser", "--", "printenv", "AWS_ACCESS_KEY_ID"];

/// A run without a terminal.
fn detached(world: &World, args: &[&str]) -> Command {
    let mut setsid = world.program("setsid");
    setsid.args(["--wait", MFAEXEC]).args(args);
    setsid.stdout(Stdio::piped()).stderr(Stdio::piped());
    setsid
}

#[test]
fn those_without_a_terminal_wait_for_the_one_that_asks() {
    needs!("setsid");
    let world = World::new();
    let mut asking = world.at_terminal(&SHOW_KEY);
    asking.exp_string("MFA code: ").unwrap();
    let mut waiting: Vec<Child> = (0..60)
        .map(|_| detached(&world, &SHOW_KEY).spawn().unwrap())
        .collect();
    let no_input = [&["--no-input"], &SHOW_KEY[..]].concat();
    let mut child = world.mfaexec(&no_input);
    child.stdout(Stdio::piped()).stderr(Stdio::piped());
    waiting.push(child.spawn().unwrap());
    // As an SDK starts a credential_process: both streams are pipes, and stdin too.
    let mut child = detached(&world, &["--", "sh", "-c", "mfaexec -p testuser -- true"]);
    waiting.push(child.env("AWS_PROFILE", "testuser").spawn().unwrap());
    std::thread::sleep(Duration::from_millis(1500));
    for child in &mut waiting {
        assert_eq!(child.try_wait().unwrap(), None, "it waits");
    }
    asking.send_line(&world.aws.code("testuser")).unwrap();
    let key = asking.exp_eof().unwrap();
    for (number, child) in waiting.into_iter().enumerate() {
        let said = said(child);
        has(&said.stderr, &["waiting for the sign-in with", "(process "]);
        let printed = said.succeeds();
        if number < 60 {
            assert_eq!(printed.trim(), key.trim());
        }
    }
    assert_eq!(world.code_calls().len(), 1);
}

/// Those that are started together do not come to the lock at the same moment.
#[test]
fn whoever_comes_first_one_asks_for_all() {
    needs!("setsid");
    let world = World::new();
    let waiting: Vec<Child> = (0..30)
        .map(|_| detached(&world, &SHOW_KEY).spawn().unwrap())
        .collect();
    let mut asking = world.at_terminal(&SHOW_KEY);
    asking.exp_string("MFA code: ").unwrap();
    asking.send_line(&world.aws.code("testuser")).unwrap();
    asking.exp_eof().unwrap();
    let ended = waiting.into_iter().map(said);
    let failed = ended.filter(|said| said.code != Some(0)).count();
    // On a busy machine some may be over before the question comes.
    assert!(failed < 30, "nobody waited");
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn who_waits_can_be_interrupted_and_fails_when_nobody_answers() {
    needs!("setsid");
    let world = World::new();
    let mut asking = world.at_terminal(&SHOW_KEY);
    asking.exp_string("MFA code: ").unwrap();
    let mut command = world.mfaexec(&[&["--no-input"], &SHOW_KEY[..]].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    kill("TERM", &child.id().to_string());
    let ended = said(child);
    assert_eq!(ended.signal, Some(15), "{ended:?}");
    // The question is given up at the other terminal: now no one is left who could answer.
    let child = detached(&world, &SHOW_KEY).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    asking.send_control('d').unwrap();
    asking.exp_eof().unwrap();
    let error = said(child);
    has(&error.stderr, &["mfaexec cannot ask for it"]);
    assert!(world.code_calls().is_empty());
}

/// Eight targets, all of which would ask.
fn makefile(world: &World) {
    let targets: Vec<String> = (1..=8).map(|n| format!("t{n}")).collect();
    let targets = targets.join(" ");
    let recipe = "\t@mfaexec -p testuser -- echo ran-$@\n";
    world.write(
        "Makefile",
        format!(
            "all: {targets}\n{targets}:\n{recipe}late: all\n\tmfaexec -p testuser -- echo ran\n"
        ),
    );
}

fn wrong_codes(world: &World) -> [String; 3] {
    let right: u32 = world.aws.code("testuser").parse().unwrap();
    [1, 2, 3].map(|by| format!("{:06}", (right + by * 111_111) % 1_000_000))
}

#[test]
fn after_three_refused_codes_nobody_in_the_job_is_asked_again() {
    needs!("make");
    for jobs in ["-j8", "-j1"] {
        let world = World::new();
        makefile(&world);
        let mut make = world.program("make");
        make.args(["-k", jobs, "all"]);
        let mut seen = terminal(make);
        for code in wrong_codes(&world) {
            seen.exp_string("MFA code: ").unwrap();
            std::thread::sleep(Duration::from_millis(300));
            seen.send_line(&code).unwrap();
        }
        let rest = seen.exp_eof().unwrap();
        assert!(!rest.contains("MFA code: "), "{jobs}: {rest}");
        assert!(!rest.contains("ran-"), "{jobs}: {rest}");
        // The error of the one that asked comes first.
        let first = rest.find("STS did not accept the code").unwrap();
        let others = rest.find("given up in this job").unwrap();
        assert!(first < others, "{jobs}: {rest}");
        let given_up = rest.matches("given up in this job").count();
        assert_eq!(given_up, 7, "{jobs}: {rest}");
        has(&rest, &["remedy: sign in first: mfaexec login -p testuser"]);
        assert_eq!(world.code_calls().len(), 3);
        // Another job is asked, and so is who wants to be.
        let mut other = world.at_terminal(&["-p", "testuser", "--", "true"]);
        other.exp_string("MFA code: ").unwrap();
    }
}

#[test]
fn who_says_no_is_not_asked_seven_times_more_but_who_signs_in_is() {
    let world = World::new();
    let mut shell = world.program("/bin/sh");
    shell.args([
        "-c",
        "mfaexec -p testuser -- echo one; mfaexec -p testuser -- echo two; \
         mfaexec login -p testuser; mfaexec -p testuser -- echo three; \
         mfaexec -p testuser --fresh -- echo four",
    ]);
    let mut seen = terminal(shell);
    seen.exp_string("to run echo. MFA code: ").unwrap();
    seen.send_control('d').unwrap();
    let between = seen.exp_string("to sign in. MFA code: ").unwrap();
    has(&between, &["given up in this job"]);
    assert!(!between.contains("MFA code: "), "{between}");
    seen.send_line(&world.aws.code("testuser")).unwrap();
    // With that the peace is over.
    let between = seen.exp_string("to run echo. MFA code: ").unwrap();
    has(&between, &["three"]);
    world.aws.move_clock(30);
    seen.send_line(&world.aws.code("testuser")).unwrap();
    has(&seen.exp_eof().unwrap(), &["four"]);
}

/// In containers processes have the same numbers, and perhaps the same home.
#[test]
fn jobs_and_terminals_in_containers_are_told_apart() {
    needs!("python3");
    if !crate::skipping::namespaces_wanted("waits::jobs_and_terminals_in_containers_are_told_apart")
    {
        return;
    }
    let world = World::new();
    let serial = "arn:aws:iam::123456789012:mfa/otheruser";
    let config = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&format!(
        "{config}[profile otheruser]\nmfa_serial = {serial}\n"
    ));
    let container = |profile: &str| {
        let mut unshare = world.program("unshare");
        unshare
            .args([
                "--user",
                "--map-current-user",
                "--pid",
                "--fork",
                "--mount-proc",
            ])
            .args([
                "--kill-child",
                "python3",
                "-c",
                "import pty, sys; pty.spawn(sys.argv[1:])",
            ])
            .args([
                MFAEXEC, "--cache", "plain", "-p", profile, "--", "echo", "ran",
            ]);
        terminal(unshare)
    };
    let mut first = container("testuser");
    first.exp_string("MFA code: ").unwrap();
    // A terminal of its own asks at once, whatever is open on others.
    let mut second = container("otheruser");
    let before = second.exp_string("MFA code: ").unwrap();
    assert!(!before.contains("waiting"), "{before}");
    // A job of its own is asked, whatever another one has given up.
    first.send_control('d').unwrap();
    first.exp_eof().unwrap();
    let mut third = container("testuser");
    third.exp_string("MFA code: ").unwrap();
    for mut asking in [second, third] {
        asking.send_control('d').unwrap();
        asking.exp_eof().unwrap();
    }
}

#[test]
fn what_is_pasted_behind_a_refused_code_is_not_run() {
    let world = World::new();
    let mut bash = world.bash();
    bash.send_line("mfaexec -p testuser -- echo done").unwrap();
    for code in wrong_codes(&world) {
        bash.exp_string("MFA code: ").unwrap();
        bash.send(&format!("{code}\ntouch TYPED\n")).unwrap();
        bash.flush().unwrap();
    }
    bash.exp_string("remedy: ").unwrap();
    bash.exp_string("ready> ").unwrap();
    bash.send_line("echo status=$?").unwrap();
    bash.exp_string("status=125").unwrap();
    bash.exp_string("ready> ").unwrap();
    assert!(!world.home().join("TYPED").exists());
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap();
}

/// Behind a good answer the rest is the command's.
#[test]
fn what_is_pasted_behind_a_good_code_is_the_commands() {
    let world = World::new();
    let mut seen = world.at_terminal(&["-p", "testuser", "--", "sh", "-c", "read a; echo got-$a"]);
    seen.exp_string("MFA code: ").unwrap();
    let code = world.aws.code("testuser");
    seen.send(&format!("{code}\nrest\n")).unwrap();
    seen.flush().unwrap();
    seen.exp_string("got-rest").unwrap();
    seen.exp_eof().unwrap();
}

#[test]
fn a_check_that_hangs_holds_no_code_back() {
    let world = World::new();
    let hangs = Fault::Slow(Duration::from_secs(120));
    world.aws.fault_on("GetCallerIdentity", hangs, 1);
    let mut seen = world.at_terminal(&["-p", "testuser", "--", "echo", "done"]);
    seen.exp_string("MFA code: ").unwrap();
    seen.send_line(&world.aws.code("testuser")).unwrap();
    let typed = Instant::now();
    has(&seen.exp_eof().unwrap(), &["done"]);
    // A tenth of a code's life, and much for a busy machine.
    assert!(typed.elapsed() < Duration::from_secs(15));
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn who_waits_for_aws_is_told_after_a_second() {
    let world = World::new();
    let slow = Fault::Slow(Duration::from_secs(2));
    world.aws.fault_on("GetSessionToken", slow, 1);
    let code = world.code();
    let run = ["-p", "testuser", "-c", &code, "--", "true"];
    let said = world.run(&run);
    assert_eq!(said.stderr, "mfaexec: waiting for the answer of AWS\n");
    said.succeeds();
    let code = world.code();
    let run = ["-p", "testuser", "--fresh", "-c", &code, "--", "true"];
    let said = finish(&mut world.mfaexec(&run));
    assert_eq!(said.stderr, "");
    said.succeeds();
}
