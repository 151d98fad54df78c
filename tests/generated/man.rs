//! The man pages: one of mfaexec, one of each subcommand. Names, synopsis and options come from the
//! definitions of the command line, the rest of mfaexec.1 from `man-rest.roff`.

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use mfaexec::internals::{definitions, exit_codes};

/// What roff puts before each piece, and a page needs once.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

type Section = fn(&Man, &mut dyn std::io::Write) -> std::io::Result<()>;

/// mfaexec.1.
pub(crate) fn page() -> String {
    let mut definitions = definitions();
    definitions.build();
    let mut page = title("mfaexec");
    page += &sections(
        &definitions,
        &[
            Man::render_name_section,
            Man::render_synopsis_section,
            Man::render_description_section,
            Man::render_options_section,
        ],
    );
    page + &without_apostrophe(&subcommands(&definitions)) + &rest()
}

/// The page of each subcommand, by the name of its file.
pub(crate) fn pages_of_subcommands() -> Vec<(String, String)> {
    let mut definitions = definitions();
    definitions.build();
    let pages = definitions.get_subcommands().map(|subcommand| {
        let name = format!("mfaexec-{}", subcommand.get_name());
        (format!("{name}.1"), page_of(subcommand, &name))
    });
    pages.collect()
}

fn page_of(subcommand: &Command, name: &str) -> String {
    // Without the text at its end, which has lines of its own.
    let named = subcommand.clone().display_name(name.to_owned());
    let named = named.after_help(None::<&str>).after_long_help(None::<&str>);
    let mut page = title(name);
    page += &sections(&named, &[Man::render_name_section]);
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    let words = format!(" {} [OPTIONS]{}", spelled(subcommand), placed(subcommand));
    roff.text([bold("mfaexec"), roman(words)]);
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(format!("{}.", subcommand.get_about().unwrap()))]);
    let more = subcommand.get_after_long_help();
    if let Some(more) = more.or_else(|| subcommand.get_after_help()) {
        roff.control("PP", []);
        text_and_examples(&mut roff, &more.to_string());
    }
    page += &without_apostrophe(&roff);
    page += &sections(&named, &[Man::render_options_section]);
    page + &see_also(subcommand.get_name())
}

/// Lines that begin with a blank are examples and tables, which stay as they are.
fn text_and_examples(roff: &mut Roff, text: &str) {
    let mut in_example = false;
    for line in text.lines() {
        if line.starts_with(' ') != in_example && !line.is_empty() {
            in_example = !in_example;
            roff.control(if in_example { "nf" } else { "fi" }, []);
        }
        match line.is_empty() {
            true => roff.control("PP", []),
            false => roff.text([roman(line)]),
        };
    }
    if in_example {
        roff.control("fi", []);
    }
}

/// Without a date: it would change from build to build.
fn title(name: &str) -> String {
    let name = name.to_uppercase();
    format!("{APOSTROPHE}.TH {name} 1 \"\" \"mfaexec\" \"User Commands\"\n")
}

fn sections(of: &Command, sections: &[Section]) -> String {
    let man = Man::new(of.clone());
    let sections = sections.iter().map(|render| {
        let mut section = Vec::new();
        render(&man, &mut section).unwrap();
        let section = String::from_utf8(section).unwrap();
        headings_below(section.strip_prefix(APOSTROPHE).unwrap_or(&section))
    });
    sections.collect()
}

fn without_apostrophe(roff: &Roff) -> String {
    let text = roff.to_roff();
    text.strip_prefix(APOSTROPHE).unwrap_or(&text).to_owned()
}

/// clap_mangen makes a section of each heading of the options; on a man page they are all OPTIONS.
fn headings_below(section: &str) -> String {
    let mut lines = section.lines();
    let first = lines.next().unwrap_or_default();
    let rest = lines.map(|line| match line.strip_prefix(".SH ") {
        Some(heading) => {
            let (initial, rest) = heading.split_at(1);
            format!(".SS {initial}{}", rest.to_lowercase())
        }
        None => line.to_owned(),
    });
    let lines: Vec<_> = std::iter::once(first.to_owned()).chain(rest).collect();
    lines.join("\n") + "\n"
}

/// What no definition knows: exit codes, environment, files, examples.
fn rest() -> String {
    [
        ("{{OWN_FAILURE}}", exit_codes::EXIT_OWN_FAILURE),
        ("{{CANNOT_RUN}}", exit_codes::EXIT_CANNOT_RUN),
        ("{{NOT_FOUND}}", exit_codes::EXIT_NOT_FOUND),
        ("{{FAILED}}", exit_codes::EXIT_FAILED),
        ("{{USAGE}}", exit_codes::EXIT_USAGE),
    ]
    .iter()
    .fold(
        include_str!("man-rest.roff").to_owned(),
        |text, (name, code)| text.replace(name, &code.to_string()),
    )
}

/// Where each subcommand has its page.
fn subcommands(definitions: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SUBCOMMANDS"]);
    for subcommand in definitions.get_subcommands() {
        roff.control("TP", []);
        let name = format!("mfaexec-{}", subcommand.get_name());
        roff.text([bold(name), roman("(1)")]);
        let about = subcommand.get_about().unwrap().to_string();
        roff.text([roman(format!("{}.", about.trim_end_matches('.')))]);
    }
    roff
}

/// What all of them have in common is on one page.
fn see_also(subcommand: &str) -> String {
    let status = match subcommand {
        "shell" => "The exit status is that of the shell; mfaexec's own are those of a run.",
        _ => "0: done. 1: failed. 2: wrong usage.",
    };
    format!(
        ".SH EXIT STATUS\n{status}\n.SH SEE ALSO\n.BR mfaexec (1),\nwhich has the variables and \
         files that mfaexec reads\n"
    )
}

/// Its name, and the word that has to follow it: `setup credential-process`.
pub(crate) fn spelled(subcommand: &Command) -> String {
    let mut words = vec![subcommand.get_name().to_owned()];
    words.extend(subcommand.get_positionals().filter_map(only_value));
    words.join(" ")
}

/// The words that may follow it, one of several each: ` [KIND]`.
pub(crate) fn placed(subcommand: &Command) -> String {
    let words = subcommand.get_positionals();
    let words = words.filter(|word| only_value(word).is_none());
    words
        .map(|word| format!(" [{}]", value_name(word)))
        .collect()
}

/// The value of a word that can have one only.
pub(crate) fn only_value(word: &Arg) -> Option<String> {
    match &word.get_possible_values()[..] {
        [value] if word.is_positional() => Some(value.get_name().to_owned()),
        _ => None,
    }
}

fn value_name(option: &Arg) -> &str {
    &option.get_value_names().unwrap()[0]
}
