//! A profile that a person chooses from a list: where no one has named one, or on request with `-p ?`.

use std::collections::HashSet;

use unicode_width::UnicodeWidthStr;

use crate::commands::status::shortened;
use crate::edge::output::{Ui, is_dumb};
use crate::edge::prompt::terminal::Terminal;
use crate::edge::prompt::terminal::list::Choice;
use crate::error::{Error, Result};
use crate::escape::{printable, shell_word};
use crate::model::environment::Environment;
use crate::model::profile_list::{Listed, Usable};
use crate::model::settings::exports::without_exports;
use crate::model::time::in_words;
use crate::sign_in::all_profiles::{all_profiles, read_all};
use crate::sign_in::ask::turn::take_turn;
use crate::sign_in::cached::open_cache;

/// What is typed in the place of a name to see the list.
pub(crate) const LIST: &str = "?";

/// Switches the list off.
const NO_PICKER: &str = "MFAEXEC_NO_PICKER";

/// The profile that a person chooses for a command line that has none. None where no one can choose.
///
/// # Errors
/// The person left the list.
pub(crate) fn choose_unasked(env: &Environment, no_input: bool, ui: Ui) -> Result<Option<String>> {
    match ready(env, no_input) {
        Ok(terminal) => choose(env, terminal, ui).map(Some),
        Err(cause) => {
            if ui.is_verbose() {
                ui.notice(&format!("no list of profiles is shown: {cause}"));
            }
            Ok(None)
        }
    }
}

/// The profile that a person chooses for `-p ?`. A profile of that name is one as any other.
///
/// # Errors
/// No one can choose here, or the person left the list.
pub(crate) fn choose_from_list(env: &Environment, no_input: bool, ui: Ui) -> Result<String> {
    if read_all(&without_exports(env))?.contains(LIST) {
        return Ok(LIST.to_owned());
    }
    let terminal = ready(env, no_input).map_err(|cause| {
        Error::new(
            "no profile can be chosen from a list",
            cause,
            "name one with -p NAME; mfaexec profiles lists them",
        )
    })?;
    choose(env, terminal, ui)
}

/// The terminal that the person sits at; in words, why there is none.
fn ready(env: &Environment, no_input: bool) -> std::result::Result<Terminal, String> {
    if no_input {
        return Err("--no-input was given".to_owned());
    }
    if env.text(NO_PICKER).is_some_and(|value| value != "0") {
        return Err(format!("{NO_PICKER} is set"));
    }
    if is_dumb() {
        return Err("TERM is dumb: it cannot move the cursor".to_owned());
    }
    Terminal::open()
}

fn choose(env: &Environment, mut terminal: Terminal, ui: Ui) -> Result<String> {
    let cache = open_cache(env, None)?;
    take_turn(&mut terminal, &cache, ui)?;
    let env = without_exports(env);
    let files = read_all(&env)?;
    let listed = all_profiles(&env, &files, ui);
    let usable = usable(&listed);
    if usable.is_empty() {
        return Err(Error::new(
            "no profile can be chosen",
            format!("none of the {} profiles can be used", listed.len()),
            "see what is wrong: mfaexec profiles",
        ));
    }
    // A column for the mark in front, and the last one stays empty: a line that wraps is not taken away.
    let room = terminal.width().saturating_sub(4);
    let items = lines(&usable, room);
    let refuse = |cause: &str| {
        Error::new(
            "no profile was chosen, nothing was run",
            cause,
            "choose one with -p NAME or AWS_PROFILE",
        )
    };
    match terminal.choose("Profile (type to search)", &items) {
        Ok(Choice::Item(item)) => {
            let (name, _) = usable[item];
            ui.notice(&format!(
                "-p {} chooses this profile without the list",
                shell_word(name)
            ));
            Ok(name.to_owned())
        }
        Ok(Choice::Left) => Err(refuse("the list was left with Esc")),
        Err(cause) => Err(refuse(&cause)),
    }
}

/// Those that can be used: what has a session first, the one that was got last before the others.
fn usable(listed: &[Listed]) -> Vec<(&str, &Usable)> {
    let usable = listed.iter().filter_map(|profile| {
        let usable = profile.what.as_ref().ok()?;
        Some((profile.name.as_str(), usable))
    });
    let mut usable: Vec<_> = usable.collect();
    usable.sort_by_key(|(_, usable)| {
        let obtained = usable.cached.map(|cached| cached.obtained_at.0);
        std::cmp::Reverse(obtained.unwrap_or_default())
    });
    usable
}

/// A line for each: the name, the role or the source, the account, and what is left. All differ, as the
/// names do.
fn lines(usable: &[(&str, &Usable)], room: usize) -> Vec<String> {
    let names: Vec<String> = usable.iter().map(|(name, _)| printable(name)).collect();
    let longest = names
        .iter()
        .map(|name| name.width())
        .max()
        .unwrap_or_default();
    let column = longest.min(room / 2);
    let lines = names.iter().zip(usable).map(|(name, (_, usable))| {
        let what = usable
            .role()
            .map_or_else(|| usable.source.name().to_owned(), printable);
        let account = usable.account.as_deref().map(printable);
        let left = usable
            .cached
            .map(|cached| format!("{} left", in_words(cached.left)));
        let parts = [Some(what), account, left].into_iter().flatten();
        let rest = parts.collect::<Vec<_>>().join(", ");
        let gap = " ".repeat(column.saturating_sub(name.width()));
        let rest_room = room.saturating_sub(name.width() + gap.len() + 2);
        match rest_room {
            0..8 => shortened(name, room),
            _ => format!("{name}{gap}  {}", shortened(&rest, rest_room)),
        }
    });
    // Two long names may have become the same.
    let mut seen = HashSet::new();
    let differing = lines.enumerate().map(|(at, line)| {
        if seen.insert(line.clone()) {
            return line;
        }
        let number = format!("{at} ");
        let rest = shortened(&line, room.saturating_sub(number.len()));
        number + &rest
    });
    differing.collect()
}
