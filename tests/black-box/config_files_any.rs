//! Config files of any size and kind: they work, or an error comes at once.

use std::fs::{self, File, OpenOptions};
use std::process::Command;
use std::thread;
use std::time::Duration;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::harness::{MFAEXEC, SERIAL, World, finish, has};

/// Runs with such a config file; the error, which came at once and without much memory.
#[track_caller]
fn refused(world: &World, variable: &str, path: &str, args: &[&str]) -> String {
    // The limit of memory is what /dev/zero would run into. Time is the processor's, in which other
    // programs have no part; without optimisation a run takes some ten times as long.
    let script = "ulimit -v 1000000; ulimit -t 10; exec \"$0\" \"$@\"";
    let mut command = world.program("timeout");
    command.args(["60", "sh", "-c", script, MFAEXEC]);
    command.args(args).args(["--", "true"]).env(variable, path);
    finish(&mut command).fails(125)
}

#[test]
fn devices_and_directories_are_no_files() {
    let world = World::new();
    let pty = nix::pty::openpty(None, None).unwrap();
    let terminal = nix::unistd::ttyname(&pty.slave).unwrap();
    for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        for device in [
            "/dev/zero",
            "/dev/full",
            "/dev/urandom",
            terminal.to_str().unwrap(),
        ] {
            let error = refused(&world, variable, device, &["-p", "testuser"]);
            has(&error, &["cannot read", device, "it is a device"]);
        }
        let error = refused(&world, variable, "/", &["-p", "testuser"]);
        has(&error, &["cannot read", "directory"]);
    }
    let error = refused(
        &world,
        "X",
        "",
        &["-p", "deploy", "--policy-file", "/dev/zero"],
    );
    has(
        &error,
        &["cannot use the policy /dev/zero", "it is a device"],
    );
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    let said = finish(command.env("AWS_CONFIG_FILE", "/dev/null"));
    assert!(
        said.stderr.is_empty() || !said.stderr.contains("cannot read"),
        "{said:?}"
    );
}

#[test]
fn a_pipe_with_something_in_it_is_a_file_and_one_without_is_not_waited_for() {
    let world = World::new();
    world.sign_in(&[]);
    let config = fs::read_to_string(world.home().join(".aws/config")).unwrap();
    let mut bash = world.program("bash");
    bash.args(["-c", "AWS_CONFIG_FILE=<(sleep 1; cat .aws/config) mfaexec -p testuser --no-input -- printenv AWS_REGION"]);
    assert_eq!(finish(&mut bash).succeeds(), "eu-central-1\n");
    // Nothing is an empty file.
    let mut bash = world.program("bash");
    bash.args([
        "-c",
        "AWS_CONFIG_FILE=<(true) mfaexec -p nobody --no-input -- true",
    ]);
    has(&finish(&mut bash).fails(125), &["no profile nobody"]);

    let pipe = world.home().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    let error = refused(
        &world,
        "AWS_CONFIG_FILE",
        pipe.to_str().unwrap(),
        &["-p", "testuser"],
    );
    has(&error, &["cannot read", "no process writes to this pipe"]);
    // A writer who opens it later is waited for a little.
    let writer = thread::spawn({
        let pipe = pipe.clone();
        move || {
            thread::sleep(Duration::from_millis(200));
            fs::write(pipe, config).unwrap();
        }
    });
    let mut command = world.mfaexec(&[
        "-p",
        "testuser",
        "--no-input",
        "--",
        "printenv",
        "AWS_REGION",
    ]);
    assert_eq!(
        finish(command.env("AWS_CONFIG_FILE", &pipe)).succeeds(),
        "eu-central-1\n"
    );
    writer.join().unwrap();
    // One without an end has one.
    let mut yes = Command::new("sh");
    let mut yes = yes
        .args(["-c", "exec yes '# long' > \"$0\""])
        .arg(&pipe)
        .spawn()
        .unwrap();
    let error = refused(
        &world,
        "AWS_CONFIG_FILE",
        pipe.to_str().unwrap(),
        &["-p", "testuser"],
    );
    has(&error, &["longer than 64 MB"]);
    yes.wait().unwrap();
}

#[test]
fn a_file_of_any_size_has_its_end() {
    let world = World::new();
    let path = world.home().join("long");
    let file = File::create(&path).unwrap();
    file.set_len(100 << 20).unwrap();
    let error = refused(
        &world,
        "AWS_CONFIG_FILE",
        path.to_str().unwrap(),
        &["-p", "testuser"],
    );
    has(&error, &["cannot read", "longer than 64 MB"]);
    fs::write(
        &path,
        format!("[profile me]\nregion = {}\n", "x".repeat(10 << 20)),
    )
    .unwrap();
    let error = refused(
        &world,
        "AWS_CONFIG_FILE",
        path.to_str().unwrap(),
        &["-p", "me"],
    );
    has(&error, &["line 2", "longer than 1 MB"]);
}

#[test]
fn a_chain_of_any_length_has_its_end() {
    let world = World::new();
    for key in ["source_profile", "include_profile"] {
        let mut config = String::new();
        for number in 0..100_000 {
            let next = number + 1;
            config += &format!("[profile p{number}]\n{key} = p{next}\n");
        }
        config += "[profile p100000]\nregion = eu-west-1\n";
        world.write_config(&config);
        let error = refused(&world, "X", "", &["-p", "p0"]);
        has(
            &error,
            &["profile p0", key, "more than 100 profiles", "line 2)"],
        );
        // Its end, and what is not there.
        let error = refused(&world, "X", "", &["-p", "p99990"]);
        has(&error, &["no access key"]);
        let error = refused(&world, "X", "", &["-p", "p999999"]);
        has(&error, &["no profile p999999"]);
    }
    // What people have works.
    let mut config = format!(
        "[profile p0]\nsource_profile = testuser\n[profile testuser]\nmfa_serial = {SERIAL}\n"
    );
    for number in 1..50 {
        let next = number - 1;
        config += &format!("[profile p{number}]\nsource_profile = p{next}\n");
    }
    world.write_config(&config);
    world.sign_in_as("p49");
}

#[test]
fn a_section_of_any_length_has_its_end() {
    let world = World::new();
    for line in [
        "role_arm = x",
        "region = eu-west-1",
        "mfa_serial = y",
        "[profile me]",
        "[profile other]",
        "[me]",
        "x = y[z]",
    ] {
        let config = format!("[profile me]\n{}", format!("{line}\n").repeat(200_000));
        world.write_config(&config);
        refused(&world, "X", "", &["-p", "me"]);
    }
    let mut config = "[profile me]\n".to_owned();
    for number in 0..100_000 {
        config += &format!("role_arm{number} = x\n");
    }
    let path = world.write(".aws/config", &config);
    refused(&world, "X", "", &["-p", "me"]);
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    std::io::Write::write_all(&mut file, b"mfaexec_confrim = true\n").unwrap();
    has(
        &refused(&world, "X", "", &["-p", "me"]),
        &["mfaexec_confrim"],
    );
}
