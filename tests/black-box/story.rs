//! The five steps of the story that this program exists for, each with all that it promises.
//! `cargo demo` shows them to people, and tests/third-party takes them with the AWS CLI and boto3.

use crate::harness::{World, aws_client, finish, has};

const UNAUTHORIZED: &str = "An error occurred (UnauthorizedOperation)";

fn regions(world: &World, options: &[&str]) -> std::process::Command {
    let mut command = world.program(aws_client());
    command.args(["ec2", "describe-regions"]).args(options);
    command
}

#[test]
fn step_1_the_bare_key_is_refused() {
    let world = World::new();
    let said = finish(&mut regions(&world, &["--profile", "testuser"]));
    assert_eq!(said.code, Some(254));
    has(&said.stderr, &[UNAUTHORIZED]);
}

#[test]
fn step_2_with_a_code_from_the_terminal_the_regions_are_listed() {
    let world = World::new();
    let arguments = [
        "-p",
        "testuser",
        "--",
        aws_client(),
        "ec2",
        "describe-regions",
    ];
    let mut terminal = world.at_terminal(&arguments);
    terminal
        .exp_string("testuser (123456789012), to run local-aws. MFA code: ")
        .unwrap();
    terminal.send_line(&world.aws.code("testuser")).unwrap();
    has(
        &terminal.exp_eof().unwrap(),
        &["\"RegionName\": \"eu-central-1\""],
    );
    let journal = world.aws.journal();
    let call = journal
        .iter()
        .find(|entry| entry.action == "GetSessionToken")
        .unwrap();
    assert_eq!(
        call.duration_seconds,
        Some(4 * 3600),
        "four hours unless said otherwise"
    );
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn step_3_the_second_run_asks_nobody() {
    let world = World::new();
    world.sign_in(&[]);
    world.aws.clear_journal();
    let arguments = [
        "-p",
        "testuser",
        "--",
        aws_client(),
        "ec2",
        "describe-regions",
    ];
    has(&world.run(&arguments).succeeds(), &["eu-central-1"]);
    let actions: Vec<_> = world
        .aws
        .journal()
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(
        actions,
        ["DescribeRegions"],
        "no call but the command's own"
    );
}

#[test]
fn step_4_the_calling_shell_stays_as_it_was() {
    let world = World::new();
    let before = list(world.home().join(".aws"));
    let code = world.code();
    let script = format!(
        "env | sort > before\n\
         mfaexec -p testuser -c {code} -- true || exit 1\n\
         env | sort > after\n\
         cmp before after || exit 2\n\
         {} ec2 describe-regions --profile testuser",
        aws_client()
    );
    let said = finish(world.program("/bin/sh").args(["-c", &script]));
    assert_eq!(said.code, Some(254), "{said:?}");
    has(&said.stderr, &[UNAUTHORIZED]);
    assert_eq!(
        list(world.home().join(".aws")),
        before,
        "AWS's files are only read"
    );
}

#[test]
fn step_5_after_the_end_the_credentials_are_refused_and_the_next_run_asks() {
    let world = World::new();
    // The stand-in's clock goes back, so that the shortest session ends in four real seconds.
    world.aws.set_clock(-896);
    let code = world.aws.code("testuser");
    let environment = world.run(&["-p", "testuser", "-d", "15m", "-c", &code, "--", "env"]);
    let environment = environment.succeeds();
    std::thread::sleep(std::time::Duration::from_secs(5));
    world.aws.set_clock(0);

    let mut late = regions(&world, &[]);
    for (name, value) in environment.lines().filter_map(|line| line.split_once('=')) {
        late.env(name, value);
    }
    let said = finish(&mut late);
    assert_eq!(said.code, Some(254));
    has(&said.stderr, &["An error occurred (RequestExpired)"]);

    let error = world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .fails(125);
    has(&error, &["a code is needed", "mfaexec login -p testuser"]);
    let code = world.code();
    world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .succeeds();
}

fn list(directory: std::path::PathBuf) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name(), std::fs::read(entry.path()).unwrap())
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    entries
}
