//! What is written in the file, in TOML. Whatever has no meaning is an error that names its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{CACHE_MODES, Colours, OwnDefaults, WrittenDefault};
use crate::error::{Error, Result};
use crate::model::origin::{Origin, Sourced};
use crate::model::time::Span;

/// The settings, and a value of each.
const SETTINGS: [(&str, &str); 6] = [
    ("profile", "\"testuser\""),
    ("duration", "\"8h\""),
    ("min-ttl", "\"30m\""),
    ("cache", "\"plain\""),
    ("prompt", "\"pinentry\""),
    ("colours", "\"never\""),
];

impl OwnDefaults {
    /// Reads the text of the file; `path` is how people call the file. `prompts` tells which prompt methods
    /// there are, where one is none of them.
    ///
    /// # Errors
    /// It is no TOML, has a setting that is none, or a value that its setting cannot have.
    pub(crate) fn parse(
        text: &str,
        path: &str,
        prompts: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let file = OwnFile { text, path };
        let table = DeTable::parse(text).map_err(|error| file.no_toml(&error))?;
        let mut lines: Vec<_> = table.get_ref().iter().collect();
        lines.sort_by_key(|(key, _)| key.span().start);
        let mut defaults = Self::default();
        for (key, value) in lines {
            let line = DefaultsLine {
                place: file.place(key.span().start),
                name: file.known(key)?,
                value: value.get_ref(),
            };
            defaults.take(&line, &prompts)?;
        }
        Ok(defaults)
    }

    fn take(
        &mut self,
        line: &DefaultsLine<'_>,
        prompts: impl Fn(&str) -> Option<String>,
    ) -> Result<()> {
        let text = line.text()?;
        match line.name {
            "profile" => self.profile = Some(line.sourced(text.clone())),
            "duration" => self.duration = Some(line.span(&text)?),
            "min-ttl" => self.min_ttl = Some(line.span(&text)?),
            "cache" => {
                let mode = CACHE_MODES.into_iter().find(|mode| *mode == text);
                let mode = mode.ok_or_else(|| line.wrong(&text, &CACHE_MODES.join(", ")))?;
                self.cache = Some(line.sourced(mode));
            }
            "prompt" => {
                if let Some(possible) = prompts(&text) {
                    return Err(line.wrong(&text, &possible));
                }
                self.prompt = Some(line.sourced(text.clone()));
            }
            _ => {
                let colours = match &*text {
                    "auto" => Colours::Auto,
                    "always" => Colours::Always,
                    "never" => Colours::Never,
                    _ => return Err(line.wrong(&text, "auto, always, never")),
                };
                self.colours = Some(line.sourced(colours));
            }
        }
        self.written.push(WrittenDefault {
            name: line.name,
            value: text,
            origin: Origin::OwnFile(line.place.clone()),
        });
        Ok(())
    }
}

struct OwnFile<'a> {
    text: &'a str,
    path: &'a str,
}

impl OwnFile<'_> {
    fn place(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        format!("{}, line {line}", self.path)
    }

    fn no_toml(&self, error: &toml::de::Error) -> Error {
        let at = error.span().map_or(0, |span| span.start);
        Error::new(
            format!("cannot read {}", self.path),
            format!("{} ({})", error.message(), self.place(at)),
            "write each setting as name = \"value\", such as duration = \"8h\"",
        )
    }

    fn known(&self, key: &Spanned<std::borrow::Cow<'_, str>>) -> Result<&'static str> {
        let written = key.get_ref();
        let names = || SETTINGS.iter().map(|(name, _)| *name);
        if let Some(name) = names().find(|name| name == written) {
            return Ok(name);
        }
        let all = names().collect::<Vec<_>>().join(", ");
        let remedy = match meant(written) {
            Some(name) => format!("did you mean {name}? Write it like that"),
            None => {
                "remove the line; profiles of AWS have their settings in ~/.aws/config".to_owned()
            }
        };
        Err(Error::new(
            format!("{written} is no setting of mfaexec's own file"),
            format!("{}; the settings are {all}", self.place(key.span().start)),
            remedy,
        ))
    }
}

/// The setting that was probably meant.
fn meant(written: &str) -> Option<&'static str> {
    let squashed = written.to_lowercase().replace(['_', ' '], "-");
    let squashed = squashed.strip_prefix("mfaexec-").unwrap_or(&squashed);
    let names = SETTINGS.iter().map(|(name, _)| *name);
    let near = names.map(|name| (strsim::jaro_winkler(name, squashed), name));
    let near = near.filter(|(likeness, _)| *likeness >= 0.8);
    near.max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

struct DefaultsLine<'a> {
    place: String,
    name: &'static str,
    value: &'a DeValue<'a>,
}

impl DefaultsLine<'_> {
    /// A text, or the seconds of a time without quotes.
    fn text(&self) -> Result<String> {
        let is_time = matches!(self.name, "duration" | "min-ttl");
        match self.value {
            DeValue::String(text) if !text.is_empty() => Ok(text.to_string()),
            DeValue::Integer(seconds) if is_time && seconds.radix() == 10 => {
                Ok(seconds.as_str().to_owned())
            }
            other => {
                let kind = other.type_str();
                Err(self.refused(&format!(
                    "its value is of the kind {kind}, and a text is needed"
                )))
            }
        }
    }

    fn span(&self, text: &str) -> Result<Sourced<Span>> {
        let span = Span::parse(text);
        span.map(|span| self.sourced(span))
            .map_err(|cause| self.refused(&format!("{text}: {cause}")))
    }

    fn sourced<T>(&self, value: T) -> Sourced<T> {
        Sourced::new(value, Origin::OwnFile(self.place.clone()))
    }

    fn wrong(&self, text: &str, possible: &str) -> Error {
        self.refused(&format!("{text} is none of its values: {possible}"))
    }

    fn refused(&self, cause: &str) -> Error {
        let Self { place, name, .. } = self;
        let example = SETTINGS.iter().find(|(known, _)| known == name);
        let example = example.map_or("\"value\"", |(_, example)| example);
        Error::new(
            format!("{name} of mfaexec's own file cannot be read"),
            format!("{cause} ({place})"),
            format!("write it as {name} = {example}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<OwnDefaults> {
        OwnDefaults::parse(text, "config.toml", |name| {
            (name != "pinentry").then(|| "terminal, pinentry".to_owned())
        })
    }

    #[test]
    fn each_example_is_read() {
        for (name, example) in SETTINGS {
            let read = parse(&format!("# mine\n{name} = {example}\n")).unwrap();
            let [written] = &read.written[..] else {
                panic!("{name} is lost: {read:?}");
            };
            assert_eq!(written.name, name);
            assert_eq!(written.origin.to_string(), "config.toml, line 2");
        }
        assert_eq!(
            parse("duration = 3600")
                .unwrap()
                .duration
                .unwrap()
                .value
                .seconds,
            3600
        );
        assert!(parse("").unwrap().written.is_empty());
    }

    #[test]
    fn what_has_no_meaning_names_its_line() {
        for (text, parts) in [
            (
                "\nmin_ttl = \"1h\"",
                ["min_ttl is no setting", "line 2", "did you mean min-ttl?"],
            ),
            (
                "color = \"never\"",
                ["color is no setting", "line 1", "did you mean colours?"],
            ),
            (
                "mfaexec_duration = \"1h\"",
                ["no setting", "line 1", "did you mean duration?"],
            ),
            (
                "zebra = 1",
                [
                    "zebra is no setting",
                    "profile, duration",
                    "remove the line",
                ],
            ),
            (
                "duration = \"soon\"",
                ["duration", "line 1", "duration = \"8h\""],
            ),
            (
                "duration = true",
                ["duration", "boolean", "duration = \"8h\""],
            ),
            (
                "cache = \"secret\"",
                ["cache", "encrypted, plain, none", "cache = \"plain\""],
            ),
            ("prompt = \"telepathy\"", ["prompt", "pinentry", "line 1"]),
            ("colours = 5", ["colours", "integer", "line 1"]),
            (
                "profile = \"\"",
                ["profile", "line 1", "profile = \"testuser\""],
            ),
            ("[duration]\nx = 1", ["duration", "line 1", "table"]),
            (
                "duration = 8h",
                ["cannot read config.toml", "line 1", "name = \"value\""],
            ),
            (
                "duration = \"1h\"\nduration = \"2h\"",
                ["cannot read", "line 2", "duplicate key"],
            ),
        ] {
            let error = parse(text).unwrap_err().to_string();
            for part in parts {
                assert!(error.contains(part), "{part} is missing in {error}");
            }
        }
    }
}
