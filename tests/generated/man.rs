//! The man page: names, synopsis and options from the definitions of the command line, the rest
//! from `man-rest.roff`.

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use mfaexec::internals::{definitions, exit_codes};

/// What roff puts before each piece, and a page needs once.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The page as mfaexec.1 has it. Without a date: it would change from build to build.
pub(crate) fn page() -> String {
    let mut definitions = definitions();
    definitions.build();
    let man = Man::new(definitions.clone());
    type Section = fn(&Man, &mut dyn std::io::Write) -> std::io::Result<()>;
    let sections: [Section; 4] = [
        Man::render_name_section,
        Man::render_synopsis_section,
        Man::render_description_section,
        Man::render_options_section,
    ];
    // Not the title of clap_mangen, which loses the empty date.
    let mut page = format!("{APOSTROPHE}.TH MFAEXEC 1 \"\" \"mfaexec\" \"User Commands\"\n");
    for render in sections {
        let mut section = Vec::new();
        render(&man, &mut section).unwrap();
        let section = String::from_utf8(section).unwrap();
        let section = section.strip_prefix(APOSTROPHE).unwrap_or(&section);
        page.push_str(&headings_below(section));
    }
    let subcommands = subcommands(&definitions).to_roff();
    page.push_str(subcommands.strip_prefix(APOSTROPHE).unwrap_or(&subcommands));
    page.push_str(&rest());
    page
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

/// A subsection for each subcommand. An option that means what it means without a subcommand is
/// only named: no one wants to read the same nine paragraphs three times.
fn subcommands(definitions: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SUBCOMMANDS"]);
    for subcommand in definitions.get_subcommands() {
        let name = format!("{} {}", definitions.get_name(), spelled(subcommand));
        let words = placed(subcommand);
        roff.control("SS", [format!("{name} [OPTIONS]{words}").as_str()]);
        let about = subcommand.get_about().unwrap().to_string();
        roff.text([roman(format!("{}.", about.trim_end_matches('.')))]);
        let is_above = |option: &&Arg| {
            let mut above = definitions.get_arguments();
            above.any(|other| {
                other.get_long() == option.get_long()
                    && other.get_help().map(ToString::to_string)
                        == option.get_help().map(ToString::to_string)
            })
        };
        let (above, own): (Vec<&Arg>, Vec<&Arg>) = subcommand
            .get_arguments()
            .filter(|argument| only_value(argument).is_none())
            .partition(is_above);
        for option in own {
            roff.control("TP", []);
            roff.text(heading(option));
            let help = option.get_long_help().or_else(|| option.get_help());
            roff.text([roman(help.unwrap().to_string())]);
        }
        roff.control("PP", []);
        roff.text([roman("Options as above:")]);
        roff.text(names(&above));
    }
    roff
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

/// `-p, --profile <NAME>`, as clap_mangen has it.
fn heading(option: &Arg) -> Vec<Inline> {
    let mut heading = Vec::new();
    if let Some(short) = option.get_short() {
        heading.extend([bold(format!("-{short}")), roman(", ")]);
    }
    let Some(long) = option.get_long() else {
        return vec![italic(value_name(option))];
    };
    heading.push(bold(format!("--{long}")));
    if option.get_action().takes_values() {
        for name in option.get_value_names().unwrap_or_default() {
            heading.extend([roman(" "), italic(format!("<{name}>"))]);
        }
    }
    heading
}

fn value_name(option: &Arg) -> &str {
    &option.get_value_names().unwrap()[0]
}

fn names(options: &[&Arg]) -> Vec<Inline> {
    let mut names = Vec::new();
    for option in options {
        if !names.is_empty() {
            names.push(roman(", "));
        }
        names.push(bold(format!("--{}", option.get_long().unwrap())));
    }
    names.push(roman("."));
    names
}
