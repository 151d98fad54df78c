//! docs/reference.md: commands, options and exit codes from the definitions, the rest from
//! `reference-rest.md`. `tests/pages` holds the names in the rest against those in the sources.

use clap::{Arg, Command};
use mfaexec::internals::{definitions, exit_codes};

use crate::man::{only_value, placed, spelled};

/// Options that no command has to itself, and that are told once.
const EVERYWHERE: [&str; 2] = ["help", "version"];

pub(crate) fn page() -> String {
    let mut definitions = definitions();
    definitions.build();
    let exit = |code: u8| code.to_string();
    [
        ("{{COMMANDS}}", commands(&definitions)),
        ("{{OPTIONS}}", options(&definitions, None)),
        ("{{SUBCOMMANDS}}", subcommands(&definitions)),
        ("{{OWN_FAILURE}}", exit(exit_codes::EXIT_OWN_FAILURE)),
        ("{{CANNOT_RUN}}", exit(exit_codes::EXIT_CANNOT_RUN)),
        ("{{NOT_FOUND}}", exit(exit_codes::EXIT_NOT_FOUND)),
        ("{{FAILED}}", exit(exit_codes::EXIT_FAILED)),
        ("{{USAGE}}", exit(exit_codes::EXIT_USAGE)),
    ]
    .iter()
    .fold(
        include_str!("reference-rest.md").to_owned(),
        |text, (place, made)| {
            assert!(text.contains(place), "no {place}");
            text.replace(place, made)
        },
    )
}

fn commands(definitions: &Command) -> String {
    let mut table = "| command | what it does |\n|---|---|\n".to_owned();
    let about = definitions.get_about().unwrap().to_string();
    table += &row("`mfaexec [OPTIONS] -- COMMAND [ARGS]...`", &about);
    for subcommand in definitions.get_subcommands() {
        let about = subcommand.get_about().unwrap().to_string();
        let (name, words) = (spelled(subcommand), placed(subcommand));
        let name = format!("`mfaexec {name} [OPTIONS]{words}`");
        table += &row(&name, &about);
    }
    table.trim_end().to_owned()
}

/// What each subcommand has to itself, and which of the options above it has too.
fn subcommands(definitions: &Command) -> String {
    let mut text = String::new();
    for subcommand in definitions.get_subcommands() {
        text += &format!("### `mfaexec {}`\n\n", spelled(subcommand));
        let (own, shared): (Vec<&Arg>, Vec<&Arg>) = subcommand
            .get_arguments()
            .filter(|option| is_told(option) && only_value(option).is_none())
            .partition(|option| !is_same(definitions, option));
        if !own.is_empty() {
            text += &format!("{}\n\n", options(subcommand, Some(&own)));
        }
        let shared: Vec<String> = shared
            .into_iter()
            .map(|o| format!("`{}`", long(o)))
            .collect();
        text += &format!("Options as above: {}.\n\n", shared.join(", "));
    }
    text.trim_end().to_owned()
}

/// A table for each heading of the help, in its order.
fn options(command: &Command, only: Option<&[&Arg]>) -> String {
    let all: Vec<&Arg> = command.get_arguments().collect();
    let shown = only.unwrap_or(&all);
    let mut tables: Vec<(Option<&str>, String)> = Vec::new();
    let told = |option: &&&Arg| only.is_some() || option.get_long().is_some();
    for option in shown.iter().filter(told) {
        if only.is_none() && option.get_long() == Some("version") {
            continue;
        }
        // The few of a subcommand are one table.
        let heading = option.get_help_heading().filter(|_| only.is_none());
        let place = tables.iter().position(|(found, _)| *found == heading);
        let place = place.unwrap_or_else(|| {
            tables.push((heading, "| option | what it does |\n|---|---|\n".to_owned()));
            tables.len() - 1
        });
        tables[place].1 += &row(&names(option), &help(option));
    }
    let several = only.is_none() && tables.len() > 1;
    let tables = tables.iter().map(|(heading, table)| match heading {
        Some(heading) if several => format!("### {heading}\n\n{}", table.trim_end()),
        None if several => format!("### Other\n\n{}", table.trim_end()),
        _ => table.trim_end().to_owned(),
    });
    tables.collect::<Vec<_>>().join("\n\n")
}

/// Whether the command without a subcommand has the same option, with the same meaning.
fn is_same(definitions: &Command, option: &Arg) -> bool {
    definitions
        .get_arguments()
        .any(|other| other.get_long() == option.get_long() && help(other) == help(option))
}

fn is_told(option: &Arg) -> bool {
    option
        .get_long()
        .is_none_or(|long| !EVERYWHERE.contains(&long))
}

fn long(option: &Arg) -> String {
    format!("--{}", option.get_long().unwrap())
}

/// `-p`, `--profile NAME`
fn names(option: &Arg) -> String {
    if option.is_positional() {
        return format!("`{}`", value_name(option));
    }
    let mut long = long(option);
    if option.get_action().takes_values() {
        for name in option.get_value_names().unwrap_or_default() {
            long += &format!(" {name}");
        }
    }
    match option.get_short() {
        Some(short) => format!("`-{short}`, `{long}`"),
        None => format!("`{long}`"),
    }
}

fn value_name(option: &Arg) -> &str {
    &option.get_value_names().unwrap()[0]
}

fn help(option: &Arg) -> String {
    let help = option.get_long_help().or(option.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    // The first paragraph is a line without a full stop.
    let sentences = help.split("\n\n").map(|text| text.trim_end_matches('.'));
    let mut text = sentences.collect::<Vec<_>>().join(". ");
    // Those of a flag are true and false.
    if option.get_action().takes_values() && !option.is_hide_possible_values_set() {
        for value in option.get_possible_values() {
            let about = value.get_help().map(ToString::to_string);
            text += &format!(
                "; `{}`: {}",
                value.get_name(),
                about.unwrap_or_default().to_lowercase()
            );
        }
    }
    text
}

/// Line breaks and bars would end a cell.
fn row(left: &str, right: &str) -> String {
    let right = right.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("| {left} | {} |\n", right.replace('|', "\\|"))
}
