//! The promises of transparent wrappers are tested on two of them: env(1), which is known to keep
//! them, and mfaexec. A test that env fails is a wrong test.

use std::process::Command;

use crate::harness::{MFAEXEC, World};

/// A program that runs another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapper {
    Env,
    Mfaexec,
    /// mfaexec with a companion beside the command.
    Refresh,
}

/// Runs `check` with both wrappers in a world where a session is cached.
#[track_caller]
pub(crate) fn both(check: impl Fn(&World, Wrapper)) {
    let world = World::new();
    world.sign_in(&[]);
    for wrapper in each_wrapper() {
        check(&world, wrapper);
    }
}

/// Both wrappers; which one is being tried is shown when a check fails.
#[expect(
    clippy::print_stdout,
    reason = "the test runner shows it with a failure"
)]
pub(crate) fn each_wrapper() -> impl Iterator<Item = Wrapper> {
    [Wrapper::Env, Wrapper::Mfaexec, Wrapper::Refresh]
        .into_iter()
        .inspect(|wrapper| println!("with {wrapper:?}"))
}

impl Wrapper {
    /// Its words, up to those of the command.
    pub(crate) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Env => &["env", "MFAEXEC_PROFILE=testuser"],
            Self::Mfaexec => &[MFAEXEC, "-p", "testuser", "--no-input", "--"],
            Self::Refresh => &[MFAEXEC, "--refresh", "-p", "testuser", "--no-input", "--"],
        }
    }

    /// The wrapper with a command.
    pub(crate) fn run(self, world: &World, command: &[&str]) -> Command {
        let words = self.words();
        let mut program = world.program(words[0]);
        program.args(&words[1..]).args(command);
        program
    }

    /// The same as text for a shell.
    pub(crate) fn line(self) -> String {
        self.words().join(" ")
    }

    /// A shell script in which `$W` represents the wrapper.
    pub(crate) fn script(self, world: &World, script: &str) -> Command {
        let mut shell = world.program("/bin/bash");
        shell.args(["-c", script]).env("W", self.line());
        shell
    }

    /// A Python script in which `W` is the list of the wrapper's words.
    pub(crate) fn python(self, world: &World, script: &str) -> Command {
        let mut python = world.program("python3");
        let words = format!(
            "import os, signal, sys, time\nW = {:?}\n{script}",
            self.words()
        );
        python.args(["-c", &words]);
        python
    }
}
