//! `mfaexec profiles`: every profile, and what a run with it would begin with. No request goes out, and no
//! store of keys is opened.

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use unicode_width::UnicodeWidthStr;

use crate::commands::status::{ENDS_SOON_SECONDS, shortened};
use crate::edge::output::{self, Ui, print};
use crate::error::Result;
use crate::escape::{printable, shell_word};
use crate::model::environment::Environment;
use crate::model::profile_list::{Broken, Listed, Usable, to_json};
use crate::model::settings::exports::without_exports;
use crate::model::settings::mfa::Mfa;
use crate::model::time::in_words;
use crate::sign_in::all_profiles::{all_profiles, read_all};

pub(crate) fn profiles(env: &Environment, as_json: bool, ui: Ui) -> Result<()> {
    let env = without_exports(env);
    let files = read_all(&env)?;
    let profiles = all_profiles(&env, &files, ui);
    if as_json {
        return print(&to_json(&profiles));
    }
    if profiles.is_empty() {
        print("no profiles\n")?;
        ui.notice(&format!(
            "{} have no profile: add one with: aws configure --profile NAME",
            files.paths()
        ));
        return Ok(());
    }
    print(&to_text(&profiles, output::width_of_stdout()))?;
    for profile in profiles.iter().filter(|_| ui.is_verbose()) {
        match &profile.what {
            Ok(usable) => {
                for notice in &usable.notices {
                    ui.notice(&format!("profile {}: {notice}", profile.name));
                }
            }
            Err(broken) => {
                let [_, _, remedy] = broken.error.parts();
                ui.notice(&format!("profile {}: {remedy}", profile.name));
            }
        }
    }
    tell_broken(&profiles, ui);
    Ok(())
}

/// What to do about profiles that cannot be used.
fn tell_broken(profiles: &[Listed], ui: Ui) {
    let mut broken = profiles.iter().filter(|profile| profile.what.is_err());
    if let Some(first) = broken.next() {
        let others = match broken.count() {
            0 => "1 profile cannot be used".to_owned(),
            others => format!("{} profiles cannot be used", others + 1),
        };
        ui.notice(&format!(
            "{others}: what to do is told by: mfaexec explain -p {}",
            shell_word(&first.name)
        ));
    }
}

const HEAD: [&str; 8] = [
    "PROFILE", "ACCOUNT", "ROLE", "SOURCE", "DEVICE", "REGION", "LASTS", "LEFT",
];
/// The column that a narrow table goes without.
const LASTS: usize = 6;

/// A table of those that can be used; where it is too wide, a few lines for each. Then the others.
fn to_text(profiles: &[Listed], width: Option<usize>) -> String {
    let fits =
        |lines: &[String]| width.is_none_or(|width| lines.iter().all(|line| line.width() <= width));
    let usable: Vec<(&str, &Usable)> = profiles
        .iter()
        .filter_map(|profile| Some((profile.name.as_str(), profile.what.as_ref().ok()?)))
        .collect();
    let mut text: Vec<String> = Vec::new();
    if !usable.is_empty() {
        let mut tables = [true, false]
            .into_iter()
            .map(|with_lasts| table(&usable, with_lasts));
        match tables.find(|lines| fits(lines)) {
            Some(lines) => {
                let (head, rows) = lines.split_at(1);
                text.extend(head.iter().cloned());
                let rows = usable.iter().zip(rows);
                text.extend(rows.map(|((_, usable), row)| coloured(usable, row)));
            }
            None => {
                for (name, usable) in &usable {
                    let lines = block(name, usable, width.unwrap_or(usize::MAX));
                    text.extend(lines.iter().map(|line| coloured(usable, line)));
                }
            }
        }
    }
    for profile in profiles {
        if let Err(broken) = &profile.what {
            text.extend(lines_of_broken(&profile.name, broken));
        }
    }
    text.into_iter().map(|line| line + "\n").collect()
}

fn coloured(usable: &Usable, line: &str) -> String {
    let soon = usable
        .cached
        .is_some_and(|cached| cached.left < ENDS_SOON_SECONDS);
    match soon {
        true => in_colour(AnsiColor::Yellow, line),
        false => line.to_owned(),
    }
}

fn in_colour(colour: AnsiColor, line: &str) -> String {
    if !output::colours_on_stdout() {
        return line.to_owned();
    }
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{line}{style:#}")
}

/// The lines of a table, with a head.
fn table(profiles: &[(&str, &Usable)], with_lasts: bool) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let shown = |cells: [String; 8]| {
        let cells = cells.into_iter().enumerate();
        cells
            .filter(move |(at, _)| with_lasts || *at != LASTS)
            .map(|(_, cell)| cell)
    };
    table.set_header(shown(HEAD.map(str::to_owned)));
    for (name, usable) in profiles {
        table.add_row(shown(cells(name, usable)));
    }
    table.lines().map(|line| line.trim().to_owned()).collect()
}

fn cells(name: &str, usable: &Usable) -> [String; 8] {
    let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), printable);
    [
        printable(name),
        or_dash(usable.account.as_deref()),
        or_dash(usable.role()),
        usable.source.name().to_owned(),
        match usable.mfa {
            Mfa::Unknown => "ask IAM".to_owned(),
            Mfa::NotUsed | Mfa::Device(_) => or_dash(usable.device()),
        },
        or_dash(usable.region.as_deref()),
        or_dash(usable.duration.map(in_words).as_deref()),
        or_dash(usable.cached.map(|cached| in_words(cached.left)).as_deref()),
    ]
}

/// A profile on lines of at most `width` columns.
fn block(name: &str, usable: &Usable, width: usize) -> Vec<String> {
    let [name, account, role, source, device, region, lasts, left] = cells(name, usable);
    let known = |word: &str, text: String| (text != "-").then(|| format!("{word}{text}"));
    let parts = [
        known("role ", role),
        known("account ", account),
        Some(source),
        known("device ", device),
        known("region ", region),
        known("lasts ", lasts),
        known("", left).map(|left| format!("{left} left")),
    ];
    let mut lines = vec![shortened(&name, width)];
    let room = width.saturating_sub(2);
    let mut line = String::new();
    for part in parts.into_iter().flatten() {
        let part = shortened(&part, room);
        // With the comma behind it.
        if !line.is_empty() && line.width() + 2 + part.width() + 1 > room {
            lines.push(format!("  {line},"));
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(&part);
    }
    lines.push(format!("  {line}"));
    lines
}

/// Why a profile cannot be used, and where it begins.
fn lines_of_broken(name: &str, broken: &Broken) -> [String; 2] {
    let head = format!("{}: {}", printable(name), printable(&broken.place));
    [
        in_colour(AnsiColor::Red, &head),
        format!("  {}", broken.error.summary()),
    ]
}
