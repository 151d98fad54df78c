//! What `-h` and `--help` print.

use std::fs;

use crate::examples::path;
use crate::harness::{World, finish, has};

/// The subcommands, each of which has a man page.
fn subcommands() -> Vec<String> {
    let pages = fs::read_dir(path("man")).unwrap();
    let pages = pages.map(|page| page.unwrap().file_name().into_string().unwrap());
    let names = pages.filter_map(|page| {
        let name = page.strip_prefix("mfaexec-")?.strip_suffix(".1")?;
        Some(name.to_owned())
    });
    let names: Vec<String> = names.collect();
    assert!(names.len() > 1, "{names:?}");
    names
}

#[test]
fn help_and_version_go_to_stdout() {
    let world = World::new();
    has(
        &world.run(&["--help"]).succeeds(),
        &["Usage: mfaexec [OPTIONS] -- COMMAND", "login"],
    );
    has(
        &world.run(&["login", "--help"]).succeeds(),
        &["--duration", "--min-ttl"],
    );
    has(
        &world.run(&["--version"]).succeeds(),
        &[concat!("mfaexec ", env!("CARGO_PKG_VERSION"))],
    );
    // A new user finds an option by what it is about.
    for subcommand in [&[][..], &["shell"], &["login"], &["explain"]] {
        let help = world.run(&[subcommand, &["-h"]].concat()).succeeds();
        let headings = ["\nSession:\n", "\nCode:\n", "\nRole:\n", "\nOutput:\n"];
        has(&help, &headings);
    }
    let status_help = world.run(&["status", "--help"]).succeeds();
    assert!(
        !status_help.contains("--code"),
        "help offers only what means something"
    );
}

#[test]
fn help_is_printed_for_whoever_asks_for_it() {
    let world = World::new();
    let help = world.run(&["--help"]).succeeds();
    for typed in [
        &["help"][..],
        &["-p", "testuser", "help"],
        &["help", "help"],
    ] {
        assert_eq!(world.run(typed).succeeds(), help, "{typed:?}");
    }
    for subcommand in subcommands() {
        let help = world.run(&[&subcommand, "--help"]).succeeds();
        assert_eq!(world.run(&["help", &subcommand]).succeeds(), help);
    }
    let error = world.run(&["help", "logn"]).fails(125);
    has(
        &error,
        &[
            "logn is no subcommand",
            "did you mean login? mfaexec help login",
        ],
    );
    has(&world.run(&["help", "x"]).fails(125), &["login, profiles"]);
}

/// A new user reads it at 80 columns: an option, or a subcommand, has one line there, and no paragraph has
/// lines of its own that are too long for it.
#[test]
fn help_can_be_read_at_80_columns() {
    let world = World::new();
    let at = |columns: &str, args: &[&str]| {
        let mut help = world.mfaexec(args);
        finish(help.env("COLUMNS", columns)).succeeds()
    };
    let after_options = |help: &str| {
        let (_, rest) = help.split_once("-V, --version").unwrap();
        rest.split_once("report needs").unwrap().1.to_owned()
    };
    for subcommand in [String::new()].into_iter().chain(subcommands()) {
        let subcommand = Some(&*subcommand).filter(|name| !name.is_empty());
        let with = |option| subcommand.into_iter().chain([option]).collect::<Vec<_>>();
        assert_eq!(at("80", &with("-h")), at("200", &with("-h")));
        let [long, wide] = ["80", "200"].map(|columns| at(columns, &with("--help")));
        assert_eq!(after_options(&long), after_options(&wide));
    }
}
