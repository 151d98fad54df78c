//! What a person is told before giving a code: which profile, account and device, and what it is
//! for. The terminal and the windows of other programs say the same.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::escape::printable;
use crate::model::arn::account_of_arn;
use crate::model::settings::Settings;

/// How long a person may take, on a terminal and in a window: the phone may be in another room. A
/// terminal with no one at it, as some machines give to every job, must not stop a run for ever.
pub(crate) const QUESTION_TIME: Duration = Duration::from_secs(5 * 60);

/// What happens once the code has been given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A command of this name runs. Its arguments are no one's business: they may hold secrets.
    Command(String),
    /// A shell starts.
    Shell,
    /// A program fetches the session by itself.
    Program,
    /// Nothing: the session is kept.
    SignIn,
    /// The session is printed for other programs.
    Export,
    /// The web console opens.
    Console,
}

/// The question for a code, in words that can be shown anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    profile: String,
    account: Option<String>,
    serial: String,
    purpose: String,
    /// Whether the line for a terminal names the device.
    pub names_device: bool,
}

impl Question {
    /// The question of these settings.
    pub(crate) fn new(settings: &Settings, purpose: &Purpose) -> Self {
        let serial = settings.device().unwrap_or_default();
        let role = settings.roles.last();
        // The account that the session is for, not that of the keys on the way there.
        let arn = role.map_or(serial, |role| &role.arn.value);
        let mut steps = Vec::new();
        if let Some(role) = role {
            steps.push(format!("assume {}", printable(role.short())));
        }
        match purpose {
            Purpose::Command(name) => steps.push(format!("run {}", printable(name))),
            Purpose::Shell => steps.push("start a shell".to_owned()),
            Purpose::Program => steps.push("give a program its session".to_owned()),
            Purpose::Export => steps.push("export the session".to_owned()),
            Purpose::Console => steps.push("open the console".to_owned()),
            Purpose::SignIn if steps.is_empty() => steps.push("sign in".to_owned()),
            Purpose::SignIn => {}
        }
        Self {
            profile: printable(&settings.profile.value),
            account: account_of_arn(arn).map(str::to_owned),
            serial: printable(serial),
            purpose: steps.join(" and "),
            names_device: false,
        }
    }

    /// The question as one line of less than `width` columns. What is long is shortened in the
    /// middle; where there is no room for names there are none.
    pub(crate) fn line(&self, width: usize) -> String {
        let device = self.names_device.then(|| device_name(&self.serial));
        let device = device.map(|name| format!("device {name}"));
        let all: Vec<&str> = [&self.account, &device]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let known = match all[..] {
            [] => String::new(),
            _ => format!(" ({})", all.join(", ")),
        };
        let between = format!("{known}, to . {CODE}");
        let room = width.saturating_sub(between.width() + 1);
        if room < SHORTEST_NAME_COLUMNS * 2 {
            return CODE.to_owned();
        }
        let names = self.profile.width();
        let purpose = shorten(&self.purpose, room - names.min(room / 2));
        let profile = shorten(&self.profile, room - purpose.width());
        format!("{profile}{known}, to {purpose}. {CODE}")
    }

    /// The same as lines for a window.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("An MFA code is needed to {}.", self.purpose),
            format!("Profile: {}", self.profile),
        ];
        lines.extend(self.account.iter().map(|id| format!("Account: {id}")));
        lines.push(format!("Device: {}", self.serial));
        lines
    }
}

/// What windows call the code.
pub(crate) const LABEL: &str = "MFA code";
/// What the question is when there is room for nothing else.
const CODE: &str = "MFA code: ";
/// What represents the part of a name that is left out. Not every terminal shows `…`.
const CUT: &str = "...";
/// Columns below which a shortened name says nothing.
const SHORTEST_NAME_COLUMNS: usize = 6;

/// A device without what is known of it anyway: `mfa/phone` of its ARN, a serial as it is.
fn device_name(serial: &str) -> &str {
    serial.rsplit(':').next().unwrap_or(serial)
}

/// The text in at most `width` columns: what is too long loses its middle.
fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let half = width.saturating_sub(CUT.len()) / 2;
    let fitting = |chars: &mut dyn Iterator<Item = char>| {
        let mut room = half;
        let mut taken = String::new();
        for c in chars {
            match room.checked_sub(c.width().unwrap_or(0)) {
                Some(left) => room = left,
                None => break,
            }
            taken.push(c);
        }
        taken
    };
    let begin = fitting(&mut text.chars());
    let end: String = fitting(&mut text.chars().rev()).chars().rev().collect();
    format!("{begin}{CUT}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(profile: &str, purpose: &str) -> Question {
        Question {
            profile: profile.to_owned(),
            account: Some("123456789012".to_owned()),
            serial: "arn:aws:iam::123456789012:mfa/phone".to_owned(),
            purpose: purpose.to_owned(),
            names_device: false,
        }
    }

    #[test]
    fn the_question_is_one_line() {
        let usual = question("testuser", "run aws");
        let line = "testuser (123456789012), to run aws. MFA code: ";
        assert_eq!(usual.line(80), line);
        let with_device = Question {
            names_device: true,
            ..usual.clone()
        };
        assert_eq!(
            with_device.line(80),
            "testuser (123456789012, device mfa/phone), to run aws. MFA code: "
        );
        assert_eq!(usual.line(30), "MFA code: ");
        let long = question(
            &"name-".repeat(12),
            &format!("assume {}", "role-".repeat(12)),
        );
        for width in 20..200 {
            for question in [&usual, &long, &with_device] {
                let line = question.line(width);
                assert!(line.width() < width, "{width}: {line}");
                assert!(line.ends_with(CODE));
            }
        }
        assert_eq!(
            question(&"name-".repeat(12), "run aws").line(80),
            "name-name-name-nam...me-name-name-name- (123456789012), to run aws. MFA code: "
        );
        // East Asian characters are two columns wide.
        let wide = question(&"東".repeat(40), "run aws");
        assert!(wide.line(80).width() < 80);
    }
}
