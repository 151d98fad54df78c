//! `mfaexec status`: the cached sessions.

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use serde_json::json;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::commands::of_profile::OfProfile;
use crate::edge::clock::now;
use crate::edge::output::{self, Ui, print};
use crate::edge::store::inventory::Found;
use crate::error::Result;
use crate::escape::printable;
use crate::model::arn::role_name;
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::time::{Timestamp, in_words};
use crate::sign_in::cached::open_cache;

/// Prints the sessions that have not ended, those that `profile` would use if one is named.
pub(crate) fn status(
    env: &Environment,
    profile: Option<&str>,
    as_json: bool,
    ui: Ui,
) -> Result<()> {
    let now = now();
    let cache = open_cache(env, None)?;
    let found = cache.sessions()?;
    tell_unusable(&found, ui);
    let mut kept = found.sessions;
    kept.retain(|kept| kept.session.expires_at > now);
    if kept.iter().any(|kept| kept.for_plain_only) {
        ui.notice(
            "some of these sessions are in plain files; as the key for encrypted ones is there, they are \
             used with --cache plain alone",
        );
    }
    let of_profile = profile.map(|profile| OfProfile::new(env, profile, &cache));
    let of_profile = of_profile.transpose()?;
    if let Some(of_profile) = &of_profile {
        kept.retain(|kept| of_profile.uses(kept));
    }
    let mut sessions: Vec<Session> = kept.into_iter().map(|kept| kept.session).collect();
    if let (Some(profile), Some(of_profile)) = (profile, of_profile) {
        of_profile.check(&sessions)?;
        // Profiles share sessions: they are shown as those of the one that was asked for.
        for session in &mut sessions {
            profile.clone_into(&mut session.profile);
        }
    }
    sort(&mut sessions);
    if as_json {
        return print(&to_json(&sessions, now));
    }
    if sessions.is_empty() {
        return print("no cached sessions\n");
    }
    print(&to_text(&sessions, now, output::width_of_stdout()))
}

/// By profile, what its roles share first.
pub(crate) fn sort(sessions: &mut [Session]) {
    sessions.sort_by(|a, b| {
        let key = |session: &Session| (session.role_arn.clone(), session.expires_at);
        a.profile.cmp(&b.profile).then_with(|| key(a).cmp(&key(b)))
    });
}

/// A file that cannot be trusted hides no other one.
pub(crate) fn tell_unusable(found: &Found, ui: Ui) {
    for error in &found.unusable {
        ui.notice(&error.summary());
    }
}

/// Seconds below which a session is about to end.
pub(crate) const ENDS_SOON_SECONDS: u64 = 600;
/// The width of a bar.
const BAR_CELLS: u64 = 10;

/// A table, those that are about to end in a colour, if there are any. Where it is too wide, a few lines
/// for each session.
fn to_text(sessions: &[Session], now: Timestamp, width: Option<usize>) -> String {
    let fits =
        |lines: &[String]| width.is_none_or(|width| lines.iter().all(|line| line.width() <= width));
    let tables = [true, false].map(|with_bar| table(sessions, now, with_bar));
    let lines = match tables.into_iter().find(|lines| fits(lines)) {
        Some(lines) => {
            let (head, rows) = lines.split_at(1);
            let rows = sessions
                .iter()
                .zip(rows)
                .map(|(session, row)| coloured(session, row, now));
            head.iter().cloned().chain(rows).collect::<Vec<_>>()
        }
        None => {
            let blocks = sessions.iter().flat_map(|session| {
                let lines = block(session, now, width.unwrap_or(usize::MAX));
                lines.map(|line| coloured(session, &line, now))
            });
            blocks.collect()
        }
    };
    lines.into_iter().map(|line| line + "\n").collect()
}

fn coloured(session: &Session, line: &str, now: Timestamp) -> String {
    let soon = session.left(now) < ENDS_SOON_SECONDS;
    match soon && output::colours_on_stdout() {
        true => {
            let style = Style::new().fg_color(Some(AnsiColor::Yellow.into()));
            format!("{style}{line}{style:#}")
        }
        false => line.to_owned(),
    }
}

/// The lines of a table, with a head.
fn table(sessions: &[Session], now: Timestamp, with_bar: bool) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // The bar is below LEFT, and what is left in words beside it.
    let cells = |cells: [String; 7], bar: usize| {
        let cells = cells.into_iter().enumerate();
        cells
            .filter(move |(at, _)| with_bar || *at != bar)
            .map(|(_, cell)| cell)
    };
    let head = ["PROFILE", "ACCOUNT", "KIND", "ROLE", "LEFT", "", "UNTIL"];
    table.set_header(cells(head.map(str::to_owned), 5));
    let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), printable);
    for session in sessions {
        let row = [
            printable(&session.profile),
            or_dash(session.account.as_deref()),
            session.kind.name().to_owned(),
            or_dash(session.role_arn.as_deref().map(role_name)),
            bar(session, now),
            in_words(session.left(now)),
            output::local_time(session.expires_at, now),
        ];
        table.add_row(cells(row, 4));
    }
    table.lines().map(|line| line.trim().to_owned()).collect()
}

/// A session on lines of at most `width` columns.
fn block(session: &Session, now: Timestamp, width: usize) -> [String; 3] {
    let what = match &session.role_arn {
        Some(arn) => format!("role {}", printable(role_name(arn))),
        None => session.kind.name().to_owned(),
    };
    let account = session.account.as_deref().map(printable);
    let account = account.map_or(String::new(), |account| format!(", {account}"));
    let room = width.saturating_sub(2 + account.width());
    let left = in_words(session.left(now));
    let until = output::local_time(session.expires_at, now);
    [
        shortened(&printable(&session.profile), width),
        format!("  {}{account}", shortened(&what, room)),
        format!("  {left} left, until {until}"),
    ]
}

/// A text without its middle, where it has more columns than that.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    const GAP: &str = "...";
    if text.width() <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(GAP.len());
    let fitting = |chars: &mut dyn Iterator<Item = char>, room: usize| {
        let mut used = 0;
        let fits = |c: &char| {
            used += c.width().unwrap_or(0);
            used <= room
        };
        chars.take_while(fits).collect::<Vec<char>>()
    };
    let begin = fitting(&mut text.chars(), room.div_ceil(2));
    let end = fitting(&mut text.chars().rev(), room / 2);
    begin
        .into_iter()
        .chain(GAP.chars())
        .chain(end.into_iter().rev())
        .collect()
}

/// What is left of a session's life: `[######....]`.
fn bar(session: &Session, now: Timestamp) -> String {
    let life = session.obtained_at.until(session.expires_at).max(1);
    let left = session.left(now).min(life);
    // One that is not over has something left to show.
    let full = (left * BAR_CELLS).div_ceil(life);
    let cells = (0..BAR_CELLS).map(|cell| if cell < full { '#' } else { '.' });
    format!("[{}]", cells.collect::<String>())
}

fn to_json(sessions: &[Session], now: Timestamp) -> String {
    let sessions: Vec<_> = sessions
        .iter()
        .map(|session| {
            json!({
                "profile": session.profile,
                "kind": session.kind,
                "role_arn": session.role_arn,
                "account": session.account,
                "mfa_serial": session.serial,
                "access_key_id": session.access_key_id,
                "expires_at": session.expires_at.to_string(),
                "seconds_left": session.left(now),
            })
        })
        .collect();
    format!("{:#}\n", json!({ "sessions": sessions }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_ends() {
        assert_eq!(shortened("production-eu-admin", 12), "produ...dmin");
        assert_eq!(shortened("short", 5), "short");
        assert_eq!(shortened("東京東京東京", 7), "東...京");
        assert_eq!(shortened("abc", 0), "...");
    }
}
