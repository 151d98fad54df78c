//! In a shell of mfaexec's everything is as in any shell: status, `exit`, jobs, history.

use std::fs;

use crate::harness::{World, eventually, has};
use crate::screen::Screen;
use crate::shells::{BASH, DASH, FISH_SHELL, Kind, ZSH, in_each_shell};
use crate::skipping::needs;

in_each_shell!(status_and_exit_are_the_shells_own);

fn status_and_exit_are_the_shells_own(kind: &Kind) {
    let world = World::new();
    world.sign_in(&[]);
    let mut outer = world.program("/bin/sh");
    for (name, value) in kind.at_home(&world).get_envs() {
        outer.env(name, value.unwrap());
    }
    outer.args([
        "-c",
        "mfaexec shell -p testuser; echo left with $?; sleep 60",
    ]);
    let screen = Screen::start(&world, &outer);
    screen.shows("(testuser ");
    kind.run(&screen, "sh -c 'exit 3'");
    assert_eq!(kind.run(&screen, kind.status), "3");
    screen.line("exit 7");
    screen.shows("left with 7");
}

#[test]
fn jobs_are_controlled_as_usual() {
    needs!("tmux", "bash", "zsh", "fish", "dash");
    for kind in [&BASH, &ZSH, &FISH_SHELL, &DASH] {
        let world = World::new();
        world.sign_in(&[]);
        let with_session = control_a_job(kind, &kind.screen(&world, &["-p", "testuser"]));
        let without = control_a_job(kind, &Screen::start(&world, &kind.plain(&world)));
        assert_eq!(with_session, without, "{}", kind.name);
    }
}

/// Stops a job, continues it, ends it: its status.
fn control_a_job(kind: &Kind, screen: &Screen<'_>) -> String {
    screen.is_at("", kind.prompt);
    screen.line("sleep 1000");
    screen.in_front("sleep");
    screen.key("C-z");
    screen.is_at("", kind.prompt);
    has(&kind.run(screen, "jobs"), &["sleep 1000"]);
    screen.line("fg");
    screen.in_front("sleep");
    screen.key("C-c");
    screen.is_at("", kind.prompt);
    let status = kind.run(screen, kind.status);
    has(
        &format!(
            "<{}>",
            kind.run(screen, "jobs")
                .replace("jobs: There are no jobs", "")
        ),
        &["<>"],
    );
    status
}

#[test]
fn history_goes_where_it_always_goes() {
    needs!("tmux", "bash", "zsh", "fish");
    let histories = [
        (&BASH, "HISTFILE=~/.bash_history", ".bash_history"),
        (
            &ZSH,
            "HISTFILE=${ZDOTDIR:-$HOME}/.histfile SAVEHIST=9 HISTSIZE=9",
            ".histfile",
        ),
        (&FISH_SHELL, "", ".local/share/fish/fish_history"),
    ];
    for (kind, setting, file) in histories {
        let world = World::new();
        world.sign_in(&[]);
        let mut command = kind.at_home_with(&world, setting);
        let screen = Screen::start(&world, command.args(["shell", "-p", "testuser"]));
        kind.at_prompt(&screen, "testuser");
        kind.run(&screen, "echo remember");
        screen.key("Up");
        screen.is_at("(testuser ", ") mine> echo remember");
        screen.key("Enter");
        kind.at_prompt(&screen, "testuser");
        screen.line("exit");
        let path = world.home().join(file);
        eventually("the history", || path.exists());
        let history = fs::read_to_string(path).unwrap();
        has(&history, &["echo remember"]);
        assert!(!history.contains("mfaexec"), "{}: {history}", kind.name);
    }
}
