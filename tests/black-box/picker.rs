//! The list of profiles to choose from: where no one has named one, and on request.

use std::process::Command;

use crate::harness::{MFAEXEC, SERIAL, World, eventually, finish, has, kill};
use crate::screen::Screen;
use crate::skipping::needs;

const PROMPT: &str = "Profile (type to search)";
const ROLE: &str = "arn:aws:iam::123456789012:role/deployer";

/// A world without a default profile.
fn world() -> World {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nsource_profile = testuser\nrole_arn = {ROLE}\n\
         [profile zebra]\nsource_profile = testuser\nrole_arn = {ROLE}2\n\
         [profile broken]\nsource_profile = nowhere\nrole_arn = {ROLE}\n"
    ));
    let keys = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let own: Vec<&str> = keys
        .lines()
        .skip_while(|line| *line != "[testuser]")
        .take(3)
        .collect();
    world.write_credentials(&own.join("\n"));
    world
}

/// A shell on a screen.
fn shell(world: &World, columns: u32) -> Screen<'_> {
    let mut bash = world.program("bash");
    bash.args(["--norc", "--noprofile"]).env("PS1", "ready> ");
    let screen = Screen::sized(world, &bash, columns);
    screen.ends_with("ready>");
    screen
}

#[test]
fn a_person_searches_the_list_by_typing() {
    needs!("tmux", "bash");
    let world = world();
    world.sign_in(&[]);
    let screen = shell(&world, 100);
    // Its stdin and stdout are the command's.
    screen.line("echo data | mfaexec -- sh -c 'cat; echo $MFAEXEC_PROFILE' > out; cat out");
    screen.shows(PROMPT);
    let text = screen.text();
    // What was used comes first, and what cannot be used does not come at all.
    let place = |name: &str| text.find(name);
    assert!(place("testuser  ") < place("deploy  "), "{text}");
    has(
        &text,
        &["key, 123456789012, 4h left", "deployer, 123456789012"],
    );
    assert_eq!(place("broken"), None, "{text}");
    screen.line("depl");
    screen.shows("data\ndeploy");
    has(
        &screen.text(),
        &["mfaexec: -p deploy chooses this profile without the list"],
    );
    assert!(
        !screen.text().contains(PROMPT),
        "it is gone: {}",
        screen.text()
    );
    // Now deploy has a session, too, the one that was got last.
    screen.line("clear; mfaexec explain | head -n 1");
    screen.shows(PROMPT);
    let text = screen.text();
    assert!(text.find("deploy  ") < text.find("testuser  "), "{text}");
    screen.key("Down");
    screen.key("Enter");
    screen.shows("chain              testuser");
    // A command with an endpoint is begun anew once it is known for which profile.
    screen.line("clear; mfaexec --refresh -- printenv MFAEXEC_PROFILE");
    screen.shows(PROMPT);
    screen.line("testuser");
    screen.shows("\ntestuser\n");
}

/// So many are looked at by several threads, which are gone when the list is shown.
#[test]
fn hundreds_of_profiles_to_choose_from() {
    needs!("tmux", "bash");
    let world = world();
    let role = |n| {
        format!("[profile p{n}]\nsource_profile = testuser\nrole_arn = {ROLE}\nregion = eu-{n}\n")
    };
    let more: String = (100..600).map(role).collect();
    world.write_config(&(world.config() + &more));
    let screen = shell(&world, 100);
    screen.line("mfaexec explain; echo never");
    screen.shows(PROMPT);
    screen.key("C-c");
    screen.ends_with("ready>");
    screen.line("clear; mfaexec explain | grep -o 'eu-[0-9]*'");
    screen.shows(PROMPT);
    screen.line("p417");
    screen.shows("\neu-417\n");
    assert!(!screen.text().contains("never"));
}

#[test]
fn the_list_can_be_left() {
    needs!("tmux", "bash");
    let world = world();
    let screen = shell(&world, 100);
    screen.line("mfaexec -- touch ran; echo code $?");
    screen.shows(PROMPT);
    screen.key("Escape");
    screen.shows("code 125");
    has(
        &screen.text(),
        &[
            "no profile was chosen, nothing was run",
            "the list was left with Esc",
        ],
    );
    // ^C ends it, and the shell notices.
    screen.line("clear; stty -a > before; mfaexec -- touch ran; echo never");
    screen.shows(PROMPT);
    screen.key("C-c");
    screen.ends_with("ready>");
    screen.line("clear; stty -a | cmp - before && echo as before");
    screen.shows("as before\n");
    assert!(!screen.text().contains("never"));
    // So does a signal to mfaexec.
    screen.line("clear; mfaexec -- touch ran; echo code $?");
    screen.shows(PROMPT);
    kill("TERM", &format!("-{}", pid_of(&world)));
    screen.shows("code 143");
    screen.line("clear; stty -a | cmp - before && echo as before");
    screen.shows("as before\n");
    assert!(!world.home().join("ran").exists());
    assert!(world.code_calls().is_empty());
}

/// The process group of mfaexec that shows a list in this world.
fn pid_of(world: &World) -> String {
    let mut found = String::new();
    eventually("mfaexec runs", || {
        let line = format!(
            "pgrep -f 'mfaexec -- touch ran' | while read p; do tr '\\0' '\\n' < /proc/$p/environ | grep -qx HOME={} && [ $(readlink /proc/$p/exe) = {MFAEXEC} ] && echo $p; done",
            world.home().display()
        );
        let said = finish(Command::new("sh").args(["-c", &line]));
        found = said.stdout.lines().next().unwrap_or_default().to_owned();
        !found.is_empty()
    });
    let ps = finish(Command::new("ps").args(["-o", "pgid=", "-p", &found]));
    ps.stdout.trim().to_owned()
}

#[test]
fn on_request_it_is_shown_in_any_case() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&[]);
    let screen = shell(&world, 100);
    for (line, shown) in [
        ("mfaexec -p '?' -- printenv MFAEXEC_PROFILE", "\ntestuser"),
        ("mfaexec login -p '?'", "testuser: signed in until"),
        ("mfaexec export -p '?' --format json | grep -c TOKEN", "\n1"),
        ("mfaexec doctor -p '?' | grep network", "STS answers"),
    ] {
        screen.line(&format!("clear; {line}"));
        screen.shows(PROMPT);
        screen.line("testuser");
        screen.shows(shown);
    }
    // A profile may have that name.
    let aws = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&format!(
        "{aws}[profile '?']\nsource_profile = testuser\nrole_arn = {ROLE}\n"
    ));
    has(
        &world.run(&["explain", "-p", "?"]).succeeds(),
        &["?, which uses testuser"],
    );
}

#[test]
fn where_no_one_can_choose_the_line_fails_at_once() {
    needs!("tmux", "bash", "setsid");
    let world = world();
    let refused = "mfaexec: no profile was chosen\n";
    has(&world.run(&["--", "true"]).fails(125), &[refused]);
    let screen = shell(&world, 100);
    for (number, line) in [
        "mfaexec --no-input -- true",
        "MFAEXEC_NO_PICKER=1 mfaexec -- true",
        "TERM=dumb mfaexec -- true",
        "setsid --wait mfaexec -- true",
    ]
    .iter()
    .enumerate()
    {
        screen.line(&format!("clear; {line}; echo code $? of {number}"));
        screen.shows(&format!("code 125 of {number}"));
        has(&screen.text(), &["mfaexec: no profile was chosen"]);
    }
    screen.line("clear; MFAEXEC_NO_PICKER=1 mfaexec login -p '?'; echo the code is $?");
    screen.shows("the code is 1");
    has(
        &screen.text(),
        &[
            "no profile can be chosen from a list",
            "MFAEXEC_NO_PICKER is set",
        ],
    );
    let program = world.run(&["credential-process", "-p", "?"]);
    has(&program.stderr, &["there is no profile ?"]);
}

#[test]
fn many_profiles_and_strange_names_fit() {
    needs!("tmux", "bash");
    let world = world();
    let mut config = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    let of =
        |name: &str| format!("[profile {name}]\nsource_profile = testuser\nrole_arn = {ROLE}\n");
    config += &of("東京東京東京東京東京東京東京東京東京東京東京");
    config += &of("with\u{1b}[31mcolour");
    for number in 0..1000 {
        config += &of(&format!(
            "a-profile-with-a-name-that-is-rather-long-{number}"
        ));
    }
    world.write_config(&config);
    let screen = shell(&world, 40);
    screen.line("mfaexec -- printenv MFAEXEC_PROFILE");
    screen.shows(PROMPT);
    let shown = screen.text();
    assert!(shown.lines().count() <= 18, "{shown}");
    screen.line("東京");
    screen.shows("MFA code:");
    screen.line(&world.code());
    screen.shows("\n東京東京");
}
