//! `mfaexec prompt`: the sign of the session in the environment.

use std::process::Command;

use crate::harness::{MFAEXEC, World, finish};
use crate::screen::Screen;
use crate::shells::BASH;
use crate::skipping::needs;

/// The sign in a command's environment, with these variables changed.
fn sign(world: &World, changes: &[&str], args: &[&str]) -> String {
    let run = ["-p", "testuser", "--no-input", "--", "env"];
    let mut command = world.mfaexec(&run);
    command.args(changes).args([MFAEXEC, "prompt"]).args(args);
    finish(&mut command).succeeds()
}

#[test]
fn the_session_of_the_environment_is_shown() {
    let world = World::new();
    world.sign_in(&[]);
    assert_eq!(sign(&world, &[], &[]), "(testuser 4h)\n");
    assert_eq!(sign(&world, &[], &["bash"]), "(testuser 4h) ");
    let over = ["AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z"];
    assert_eq!(sign(&world, &over, &[]), "(testuser expired)\n");
    let tmux = ["tmux"];
    assert_eq!(
        sign(&world, &over, &tmux),
        "#[fg=red](testuser expired)#[default]\n"
    );
    let without = ["NO_COLOR=1", over[0]];
    assert_eq!(sign(&world, &without, &tmux), "(testuser expired)\n");
    let rival = ["AWS_PROFILE=other"];
    assert_eq!(sign(&world, &rival, &[]), "(testuser overridden)\n");
    // Nothing is shown of what is not there.
    assert_eq!(sign(&world, &["-u", "AWS_ACCESS_KEY_ID"], &[]), "");
    assert_eq!(world.run(&["prompt"]).succeeds(), "");
    let calls = world.code_calls().len();
    assert_eq!(calls, 1);
}

/// AWS's clock counts, as far as it is known: that of the session in the cache.
#[test]
fn a_clock_that_is_wrong_shows_what_is_left_all_the_same() {
    let world = World::new();
    world.aws.set_clock(10 * 60);
    world.sign_in(&[]);
    let status = world.run(&["status"]).succeeds();
    assert!(status.contains(" 4h "), "{status}");
    let session = world.cache();
    let id = std::fs::read_dir(session)
        .unwrap()
        .flatten()
        .find_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let id = name.split('.').next()?.to_owned();
            name.ends_with("session").then_some(id)
        });
    let json = world.run(&["status", "--json"]).succeeds();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let key = json["sessions"][0]["access_key_id"].as_str().unwrap();
    let within = format!("MFAEXEC_SHELL={}:1:{key}", id.unwrap());
    // By this machine's clock it would be ten minutes more.
    let shown = sign(&world, &[&within], &[]);
    assert!(
        ["(testuser 4h)\n", "(testuser 3h 59m)\n"].contains(&&*shown),
        "{shown}"
    );
}

/// The shell of mfaexec's has a sign by itself; a plain one in it has none.
#[test]
fn a_shell_in_the_shell_shows_it_too() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&[]);
    let line = r"PS1='$(mfaexec prompt bash)mine> '";
    let command = BASH.at_home_with(&world, line);
    let start = |options: &[&str]| {
        let mut shell = Command::new(command.get_program());
        for (name, value) in command.get_envs() {
            shell.env(name, value.unwrap());
        }
        shell.args(["shell", "-p", "testuser"]).args(options);
        Screen::start(&world, &shell)
    };
    let screen = start(&[]);
    screen.is_at("(testuser ", ") mine> ");
    assert_eq!(screen.text().matches("(testuser").count(), 1);
    screen.line("clear; unset AWS_PROFILE AWS_EB_PROFILE; bash --norc");
    screen.shows("bash-");
    screen.line(r"clear; PS1='$(mfaexec prompt bash)inner> '");
    screen.is_at("(testuser ", ") inner> ");

    let screen = start(&["--keep-ps1"]);
    screen.is_at("(testuser ", ") mine> ");
}
