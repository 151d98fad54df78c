//! In which regions STS gives sessions to an account: what the answers of all of them mean together.

use serde_json::json;

use crate::error::Error;
use crate::model::failure::{CallFailure, Meaning};

/// The answer of one region.
pub(crate) type RegionAnswer = (String, Result<(), CallFailure>);

/// What STS is in a region, for this account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sts {
    On,
    /// Switched off by the account's administrator.
    Off,
    /// An opt-in region that the account has not enabled, where no key of it is known.
    NotEnabled,
    /// There was no answer, or one that tells nothing of the region: AWS's code, and a cause in words.
    Unknown {
        code: String,
        cause: String,
    },
}

impl Sts {
    fn in_words(&self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::NotEnabled => "not enabled",
            Self::Unknown { .. } => "no answer",
        }
    }

    fn in_json(&self) -> Option<&'static str> {
        match self {
            Self::On => Some("on"),
            Self::Off => Some("off"),
            Self::NotEnabled => Some("not_enabled"),
            Self::Unknown { .. } => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Regions(Vec<(String, Sts)>);

impl Regions {
    /// Reads the answers together: a region that does not know the key is one thing if another one
    /// knows it, and otherwise another.
    ///
    /// # Errors
    /// No region knows the key, so nothing can be said of any: the answer of `always_on`, or else the
    /// first.
    pub(crate) fn read(answers: Vec<RegionAnswer>, always_on: &str) -> Result<Self, CallFailure> {
        let knows_key = |answer: &Result<(), CallFailure>| match answer {
            Ok(()) => true,
            Err(failure) => failure.meaning() == Meaning::RegionOff,
        };
        if !answers.iter().any(|(_, answer)| knows_key(answer)) {
            let place = answers.iter().position(|(region, _)| region == always_on);
            let answer = answers.into_iter().nth(place.unwrap_or_default());
            return match answer.and_then(|(_, answer)| answer.err()) {
                Some(failure) => Err(failure),
                None => Ok(Self(Vec::new())),
            };
        }
        let read = answers.into_iter().map(|(region, answer)| {
            let sts = match answer {
                Ok(()) => Sts::On,
                Err(failure) => match failure.meaning() {
                    Meaning::RegionOff => Sts::Off,
                    Meaning::DeadKey => Sts::NotEnabled,
                    _ => Sts::Unknown {
                        cause: failure.cause(),
                        code: failure.code,
                    },
                },
            };
            (region, sts)
        });
        Ok(Self(read.collect()))
    }

    pub(crate) fn to_text(&self) -> String {
        let width = self.0.iter().map(|(region, _)| region.len()).max();
        let width = width.unwrap_or_default();
        let rows = self
            .0
            .iter()
            .map(|(region, sts)| (region.as_str(), sts.in_words()));
        [("REGION", "STS")]
            .into_iter()
            .chain(rows)
            .map(|(region, sts)| format!("{region:width$}  {sts}\n"))
            .collect()
    }

    pub(crate) fn to_json(&self) -> String {
        let regions = self.0.iter().map(|(region, sts)| {
            let code = match sts {
                Sts::Unknown { code, .. } if !code.is_empty() => Some(code),
                _ => None,
            };
            json!({ "region": region, "sts": sts.in_json(), "error_code": code })
        });
        let regions: Vec<_> = regions.collect();
        format!("{:#}\n", json!({ "regions": regions }))
    }

    /// How many there are of each kind.
    pub(crate) fn summary(&self) -> String {
        let count = |wanted: Sts| self.0.iter().filter(|(_, sts)| *sts == wanted).count();
        format!(
            "STS is on in {} of {} regions, off in {}; {} not enabled",
            count(Sts::On),
            self.0.len(),
            count(Sts::Off),
            count(Sts::NotEnabled)
        )
    }

    /// The regions of which nothing is known, as a failure.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let unknown = self.0.iter().filter_map(|(region, sts)| match sts {
            Sts::Unknown { cause, .. } => Some((region, cause)),
            _ => None,
        });
        let unknown: Vec<_> = unknown.collect();
        let [(_, first), ..] = unknown[..] else {
            return Ok(());
        };
        let names: Vec<&str> = unknown.iter().map(|(region, _)| region.as_str()).collect();
        // Most often one cause, such as a network that is slow, is behind all of them.
        let cause = match unknown.iter().all(|(_, cause)| *cause == first) {
            true => first.clone(),
            false => {
                let each = unknown
                    .iter()
                    .map(|(region, cause)| format!("{region}: {cause}"));
                each.collect::<Vec<_>>().join("; ")
            }
        };
        let number = match names.len() {
            1 => "1 region".to_owned(),
            more => format!("{more} regions"),
        };
        Err(Error::new(
            format!("{number} gave no answer: {}", names.join(", ")),
            cause,
            "try again; if it stays so, check the network and the proxy variables",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::failure::Progress;

    fn failed(progress: Progress, code: &str) -> Result<(), CallFailure> {
        Err(CallFailure {
            operation: "GetSessionToken",
            progress,
            code: code.to_owned(),
            message: String::new(),
            clock_offset: None,
            not_aws: false,
            never_came_to_aws: false,
            route: Default::default(),
            machine: Default::default(),
        })
    }

    fn refused(code: &str) -> Result<(), CallFailure> {
        failed(Progress::Refused, code)
    }

    fn read(answers: [Result<(), CallFailure>; 2]) -> Result<Vec<Sts>, String> {
        let names = ["af-south-1", "us-east-1"].map(str::to_owned);
        let answers = names.into_iter().zip(answers).collect();
        match Regions::read(answers, "us-east-1") {
            Ok(regions) => Ok(regions.0.into_iter().map(|(_, sts)| sts).collect()),
            Err(failure) => Err(failure.code),
        }
    }

    #[test]
    fn a_key_that_one_region_knows_is_no_unknown_key() {
        let dead = || refused("InvalidClientTokenId");
        assert_eq!(read([dead(), Ok(())]), Ok(vec![Sts::NotEnabled, Sts::On]));
        let off = refused("RegionDisabledException");
        assert_eq!(read([off, dead()]), Ok(vec![Sts::Off, Sts::NotEnabled]));
        assert_eq!(read([dead(), dead()]), Err("InvalidClientTokenId".into()));
        // The answer of the one that is always on comes first.
        let lost = failed(Progress::NotSent, "");
        assert_eq!(read([lost, dead()]), Err("InvalidClientTokenId".into()));
    }

    #[test]
    fn what_tells_nothing_of_a_region_is_unknown() {
        for answer in [
            refused("Throttling"),
            refused("AccessDenied"),
            failed(Progress::Lost, ""),
        ] {
            let found = read([answer, Ok(())]).unwrap();
            assert!(matches!(found[0], Sts::Unknown { .. }), "{found:?}");
        }
    }
}
