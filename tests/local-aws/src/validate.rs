//! Parameter checks with the texts of AWS's own validation errors.
//!
//! The limits are those of the models of STS and IAM: durations, lengths and patterns.

use crate::refusal::{Answer, Refusal};
use crate::request::Request;

/// Collects what is wrong with a request, since AWS reports it all at once.
pub(crate) struct Checks<'a> {
    request: &'a Request,
    errors: Vec<String>,
    /// An error that is not in the form of the others.
    own_words: Option<String>,
}

impl<'a> Checks<'a> {
    pub(crate) fn of(request: &'a Request) -> Checks<'a> {
        Checks {
            request,
            errors: Vec::new(),
            own_words: None,
        }
    }

    pub(crate) fn required(mut self, name: &str) -> Self {
        if self.request.param(name).is_none() {
            self.errors.push(format!(
                "Value null at '{}' failed to satisfy constraint: Member must not be null",
                lower_first(name)
            ));
        }
        self
    }

    /// Length in characters, and the characters allowed beside letters and digits.
    pub(crate) fn text(
        mut self,
        name: &str,
        lengths: std::ops::RangeInclusive<usize>,
        pattern: &str,
        allowed: fn(char) -> bool,
    ) -> Self {
        let Some(value) = self.request.param(name) else {
            return self;
        };
        let length = value.chars().count();
        if length < *lengths.start() {
            let start = lengths.start();
            self.fail(
                name,
                value,
                &format!("have length greater than or equal to {start}"),
            );
        }
        if length > *lengths.end() {
            let end = lengths.end();
            self.fail(
                name,
                value,
                &format!("have length less than or equal to {end}"),
            );
        }
        if !value.chars().all(allowed) {
            self.fail(
                name,
                value,
                &format!("satisfy regular expression pattern: {pattern}"),
            );
        }
        self
    }

    /// A name in IAM, which has words of its own for a character that it does not take.
    pub(crate) fn iam_name(mut self, name: &str, longest: usize) -> Self {
        let allowed = |c: char| word(c) || "+=,.@-".contains(c);
        if self
            .request
            .param(name)
            .is_some_and(|value| !value.is_empty() && !value.chars().all(allowed))
        {
            self.own_words = Some(format!(
                "The specified value for {} is invalid. It must contain only alphanumeric \
                 characters and/or the following: +=,.@_-",
                lower_first(name)
            ));
        }
        self.text(name, 1..=longest, "", |_| true)
    }

    pub(crate) fn one_of(mut self, name: &str, values: &[&str]) -> Self {
        if let Some(value) = self.request.param(name)
            && !values.contains(&value)
        {
            let must = format!("satisfy enum value set: [{}]", values.join(", "));
            self.fail(name, value, &must);
        }
        self
    }

    /// `SerialNumber` and `TokenCode`, wherever a code may be given.
    pub(crate) fn mfa(self) -> Self {
        self.text("SerialNumber", 9..=256, r"[\w+=/:,.@-]*", |c| {
            word(c) || "+=/:,.@-".contains(c)
        })
        .text("TokenCode", 6..=6, r"[\d]*", |c| c.is_ascii_digit())
    }

    /// `DurationSeconds`; what AWS takes at most is for the caller to cut or refuse.
    pub(crate) fn duration(mut self, limits: std::ops::RangeInclusive<u32>) -> Self {
        let Some(value) = self.request.param("DurationSeconds") else {
            return self;
        };
        // Wider than u32, so that a number far too large is refused as such.
        match value.parse::<i128>() {
            Ok(seconds) if seconds < i128::from(*limits.start()) => {
                let start = limits.start();
                let must = format!("have value greater than or equal to {start}");
                self.fail("DurationSeconds", value, &must);
            }
            Ok(seconds) if seconds > i128::from(*limits.end()) => {
                let must = format!("have value less than or equal to {}", limits.end());
                self.fail("DurationSeconds", value, &must);
            }
            Ok(_) => {}
            Err(_) => self.errors.push(format!(
                "Value '{value}' at 'durationSeconds' failed to satisfy constraint: Member must \
                 be a valid integer"
            )),
        }
        self
    }

    pub(crate) fn done(self) -> Answer<()> {
        if let (Some(words), true) = (&self.own_words, self.errors.is_empty()) {
            return Err(Refusal::validation(words.as_str()));
        }
        match self.errors.len() {
            0 => Ok(()),
            1 => Err(Refusal::validation(format!(
                "1 validation error detected: {}",
                self.errors[0]
            ))),
            n => Err(Refusal::validation(format!(
                "{n} validation errors detected: {}",
                self.errors.join("; ")
            ))),
        }
    }

    fn fail(&mut self, name: &str, value: &str, must: &str) {
        self.errors.push(format!(
            "Value '{value}' at '{}' failed to satisfy constraint: Member must {must}",
            lower_first(name)
        ));
    }
}

/// A character of the class that the STS model writes as `\w`.
pub(crate) fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// AWS reports a parameter under its name in the model of the service.
fn lower_first(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}
