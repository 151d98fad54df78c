//! An explanation for people.

use std::fmt::Write;

use crate::escape::printable;
use crate::model::origin::Sourced;
use crate::model::plan::calls::Request;
use crate::model::plan::code_source::CodeSource;
use crate::model::plan::explanation::Explanation;
use crate::model::plan::step::Step;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::time::in_words;

impl Explanation<'_> {
    /// A line for each fact: what it is about, then the fact.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |left: &str, right: &str| {
            // Writing into a string does not fail.
            let _ = writeln!(text, "{left:<18} {}", printable(right));
        };
        line("chain", &self.settings.chain_in_words());
        for row in &self.rows {
            let value = format!("{}   ({})", row.to_text(), row.origin);
            line(&row.label(), &value);
        }
        for own in &self.settings.own.written {
            let value = format!("{} = {}   ({})", own.name, own.value, own.origin);
            line("own default", &value);
        }
        for (number, step) in self.plan.steps.iter().enumerate() {
            line("session", &self.step(number, step));
        }
        if self.requests.is_empty() {
            line("requests", "none");
        }
        for request in &self.requests {
            line("request", &in_one_line(request));
        }
        for request in self.with_key.iter().flatten() {
            line("if a long-term key", &in_one_line(request));
        }
        line("code", &self.code());
        if let Err(error) = self.plan.check(self.settings, true) {
            line("refused", &error.summary());
        }
        for notice in self.notices() {
            line("notice", notice);
        }
        for (name, value) in &self.environment.set {
            line("environment", &format!("+ {name}={value}"));
        }
        for name in &self.environment.removed {
            line("environment", &format!("- {name}"));
        }
        for Sourced { value, origin } in &self.settings.not_passed {
            let why = "no variable carries it, the command reads [default]";
            line("not passed on", &format!("{value}   ({origin}): {why}"));
        }
        text
    }

    fn step(&self, number: usize, step: &Step) -> String {
        let role = step
            .role()
            .map_or(String::new(), |role| format!(" {}", role.arn.value));
        let have = self.plan.cached.as_ref().map_or(0, |(found, _)| found + 1);
        let last = number + 1 == self.plan.steps.len();
        let state = match (self.cached(number), &self.plan.reason) {
            (Some(session), _) => {
                let left = in_words(session.left(self.now));
                format!("cached, {left} left")
            }
            (None, _) if number < have => "not needed".to_owned(),
            (None, _) if step.provider().is_some() => "will be requested".to_owned(),
            (None, Some(reason)) if last => {
                format!(
                    "will be requested for {}: {reason}",
                    in_words(step.duration)
                )
            }
            (None, _) => format!("will be requested for {}", in_words(step.duration)),
        };
        let cut = step.cut.as_ref().map_or(String::new(), |requested| {
            format!(", cut from the {} of {}", requested.value, requested.origin)
        });
        format!("{}{role}: {state}{cut}", step.kind.name())
    }

    fn code(&self) -> String {
        let fails = |cause: &str| format!("and the run would fail: {cause}");
        if self.may_need_code() {
            let common = "none, or one if the program gives a long-term key";
            return match &self.code_source {
                CodeSource::None(cause) => format!("{common}, {}", fails(cause)),
                _ => common.to_owned(),
            };
        }
        if !self.plan.needs_code() {
            return "none".to_owned();
        }
        match &self.code_source {
            CodeSource::Given => "one, which was given".to_owned(),
            CodeSource::Program => "one, from mfa_process".to_owned(),
            CodeSource::Dialog => "one, asked for in a window".to_owned(),
            CodeSource::Terminal => "one, asked for on the terminal".to_owned(),
            CodeSource::None(cause) => format!("one, {}", fails(cause)),
        }
    }
}

impl Settings {
    /// The profiles on the way to the keys, and whose keys these are.
    pub(crate) fn chain_in_words(&self) -> String {
        let source = match &self.source {
            Source::Key(key) if key.secret_access_key.is_none() => {
                format!("the stored key {}", key.access_key_id)
            }
            Source::Key(key) => format!("the key {}", key.access_key_id),
            Source::Provider(provider)
            | Source::KeyOfProgram {
                program: provider, ..
            } => provider.name().to_owned(),
        };
        let names = self.chain.iter().map(String::as_str);
        let links: Vec<&str> = names.chain([source.as_str()]).collect();
        links.join(", which uses ")
    }
}

fn in_one_line(request: &Request) -> String {
    let Request {
        service, action, ..
    } = request;
    let role = request
        .role_arn
        .as_ref()
        .map_or(String::new(), |arn| format!(" {arn}"));
    let duration = request
        .duration
        .map_or(String::new(), |seconds| format!(", {}", in_words(seconds)));
    let code = match request.with_code {
        true => ", with a code",
        false => "",
    };
    format!("{service} {action}{role}{duration}{code}")
}
