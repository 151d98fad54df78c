//! What packages install, for those who have the binary alone: `mfaexec completions`, `mfaexec man`, and
//! what `--version --verbose` says of the binary.

use std::fs;
use std::path::Path;

use crate::harness::{World, finish, has, terminal};
use crate::skipping::needs;

const SCRIPTS: [(&str, &str); 4] = [
    ("bash", "completions/mfaexec.bash"),
    ("zsh", "completions/_mfaexec"),
    ("fish", "completions/mfaexec.fish"),
    ("nu", "completions/mfaexec.nu"),
];

fn committed(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn completions_are_the_committed_scripts() {
    let world = World::new();
    for (shell, path) in SCRIPTS {
        let said = world.run(&["completions", shell]);
        assert_eq!(said.stderr, "");
        assert_eq!(said.succeeds(), committed(path));
    }
    let mut unnamed = world.mfaexec(&["completions"]);
    let error = finish(unnamed.env("SHELL", "/usr/bin/fish")).fails(2);
    has(
        &error,
        &["no shell was named", "remedy: mfaexec completions fish"],
    );
    let error = world.run(&["completions", "tcsh"]).fails(2);
    has(&error, &["possible values: bash, zsh, fish, nu"]);
    for words in [["completions", "zsh", "fish"], ["man", "keys", "rotate"]] {
        has(&world.run(&words).fails(2), &["one word follows it"]);
    }
}

/// The files are mixed with nothing; on a terminal, a line says where they belong, and it works.
#[test]
fn a_terminal_shows_where_the_script_belongs() {
    needs!("bash", "nu");
    let world = World::new();
    let line = |shell: &str| {
        let mut session = terminal(world.mfaexec(&["completions", shell]));
        let said = session.exp_eof().unwrap();
        let (_, line) = said.split_once("to install this script: ").unwrap();
        line.lines().next().unwrap().to_owned()
    };
    let place = ".local/share/bash-completion/completions/mfaexec";
    let mut bash = world.program("bash");
    finish(bash.args(["-c", &line("bash")])).succeeds();
    let installed = fs::read_to_string(world.home().join(place)).unwrap();
    assert_eq!(installed, committed("completions/mfaexec.bash"));

    let mut nu = world.program("nu");
    finish(nu.args(["-c", &line("nu")])).succeeds();
    let installed = world.home().join(".config/nushell/autoload/mfaexec.nu");
    let installed = fs::read_to_string(installed).unwrap();
    assert_eq!(installed, committed("completions/mfaexec.nu"));

    let mut page = terminal(world.mfaexec(&["man", "login"]));
    let said = page.exp_eof().unwrap();
    has(
        &said,
        &["mfaexec man login | man -l -, or mfaexec help login"],
    );
}

#[test]
fn man_pages_are_written_and_can_be_read() {
    needs!("man");
    let world = World::new();
    let said = world.run(&["man", "--into", "new/man 1"]);
    let remove = said.stderr.split_once("remove them: ").unwrap().1;
    let pages = world.home().join("new/man 1");
    let mut count = 0;
    let mut read = world.program("man");
    read.args(["--warnings", "-E", "UTF-8", "-l"]);
    read.env("MANWIDTH", "80");
    for entry in fs::read_dir(&pages).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, committed(&format!("man/{name}")), "{name}");
        read.arg(path);
        count += 1;
    }
    assert!(count > 16, "{count} pages");
    let said = finish(&mut read);
    assert_eq!(said.stderr, "", "man has something to say about a page");
    has(&said.stdout, &["MFAEXEC-LOGIN(1)", "MFAEXEC-KEYS(1)"]);

    let mut shell = world.program("/bin/sh");
    finish(shell.args(["-c", remove])).succeeds();
    assert_eq!(fs::read_dir(&pages).unwrap().count(), 0);

    let error = world.run(&["man", "--into", "/proc/x"]).fails(1);
    has(
        &error,
        &["/proc/x cannot be written", "mfaexec man --into ~/"],
    );
    let error = world.run(&["man", "logn"]).fails(2);
    has(&error, &["did you mean login? mfaexec man login"]);
}

#[test]
fn a_report_has_all_of_the_version() {
    let world = World::new();
    let short = world.run(&["-V"]).succeeds();
    assert_eq!(short.lines().count(), 1);
    // Both are compiled with it, or both are not.
    let commit = option_env!("MFAEXEC_COMMIT").unwrap_or("unknown; ");
    let commit = format!("\ncommit:   {commit}");
    for words in [
        &["--version", "--verbose"][..],
        &["-vV"],
        &["login", "-V", "-q", "-v"],
    ] {
        let long = world.run(words).succeeds();
        assert!(long.starts_with(&short), "{long}");
        let cache = format!("cache:    {}\n", world.cache().display());
        let target = format!("target:   {}-", std::env::consts::ARCH);
        has(
            &long,
            &[&commit, &target, "\nfeatures: ", &cache, "\nsessions: "],
        );
    }
    assert!(!world.cache().exists(), "to look makes nothing");
    for (variable, value, parts) in [
        (
            "XDG_CACHE_HOME",
            "/nonexistent",
            "cache:    /nonexistent/mfaexec",
        ),
        ("HOME", "relative", "sessions: "),
    ] {
        let mut command = world.mfaexec(&["-Vv"]);
        has(&finish(command.env(variable, value)).succeeds(), &[parts]);
    }
    // What follows -- is the command's.
    let mut command = world.mfaexec(&["-V", "--", "ls", "-v"]);
    assert_eq!(finish(&mut command).succeeds(), short);
}
