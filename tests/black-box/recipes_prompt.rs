//! The recipes of docs/recipes.md for prompts and status lines, and for a script that asks first.

use crate::examples::reader;
use crate::harness::{MFAEXEC, finish, has};
use crate::recipes::{Recipe, recipe};
use crate::screen::Screen;
use crate::skipping::needs;

/// What the sign of a new session is.
const SIGN: &str = "(testuser 4h) ";

/// A shell with a session, which mfaexec does not know as a shell, and with the files of a recipe.
#[track_caller]
fn shows_the_sign(recipe: &Recipe, shell: &[&str]) {
    let world = reader();
    world.sign_in(&[]);
    recipe.write(&world);
    let mut command = world.program(MFAEXEC);
    command.args(["-p", "testuser", "--"]).args(shell);
    let screen = Screen::start(&world, &command);
    screen.shows(SIGN.trim_end());
    // A line of some length stays one line: the shell counts the sign's columns right.
    screen.line("echo this is a line of some length");
    screen.shows("\nthis is a line of some length\n");
    screen.line("exit");
    // Without a session there is no sign.
    let mut bare = world.program(shell[0]);
    bare.args(&shell[1..]);
    let screen = Screen::start(&world, &bare);
    screen.line("echo done");
    screen.shows("\ndone\n");
    assert!(!screen.text().contains('('), "{}", screen.text());
}

#[test]
fn a_prompt_of_bash() {
    needs!("tmux", "bash");
    shows_the_sign(&recipe("A prompt of bash"), &["bash"]);
}

#[test]
fn a_prompt_of_zsh() {
    needs!("tmux", "zsh");
    shows_the_sign(&recipe("A prompt of zsh"), &["zsh"]);
}

#[test]
fn a_prompt_of_fish() {
    needs!("tmux", "fish");
    shows_the_sign(&recipe("A prompt of fish"), &["fish"]);
}

#[test]
fn a_prompt_of_nushell() {
    needs!("tmux", "nu");
    let world = reader();
    world.sign_in(&[]);
    recipe("A prompt of Nushell").write(&world);
    let mut command = world.program(MFAEXEC);
    command.args(["-p", "testuser", "--", "nu"]);
    let screen = Screen::start(&world, &command);
    screen.shows(SIGN.trim_end());
}

#[test]
fn the_status_line_of_tmux() {
    needs!("tmux");
    let world = reader();
    world.sign_in(&[]);
    recipe("The status line of tmux").write(&world);
    // A server of its own, whose socket is in the home.
    let mut tmux = world.program("env");
    tmux.args(["-u", "TMUX", MFAEXEC, "-p", "testuser", "--"]);
    tmux.args(["tmux", "new-session", "exec sleep 300"]);
    tmux.env("TMUX_TMPDIR", world.home())
        .env("SHELL", "/bin/sh");
    let screen = Screen::start(&world, &tmux);
    screen.shows(SIGN.trim_end());
    let mut end = world.program("tmux");
    end.env("TMUX_TMPDIR", world.home());
    finish(end.arg("kill-server")).succeeds();
}

/// starship runs the command with `sh -c` and shows what it prints, if it prints anything.
#[test]
fn a_module_of_starship() {
    let world = reader();
    world.sign_in(&[]);
    let recipe = recipe("A module of starship");
    let config: toml::Table = recipe.file(".config/starship.toml").parse().unwrap();
    let command = config["custom"]["mfaexec"]["command"].as_str().unwrap();
    let shown = |start: &[&str]| {
        let mut run = world.program(start[0]);
        finish(run.args(&start[1..]).args(["sh", "-c", command])).succeeds()
    };
    let run = [MFAEXEC, "-p", "testuser", "--", "env"];
    assert_eq!(shown(&run), "(testuser 4h)\n");
    assert_eq!(shown(&["env"]), "");
}

#[test]
fn a_script_that_asks_first() {
    let world = reader();
    recipe("A script that asks first").try_out(&world);
    let error = finish(&mut world.mfaexec(&["status", "--check", "-p", "nobody"])).fails(2);
    has(&error, &["there is no profile nobody"]);
}
