//! What has to be done for a rotation, from the key in the file, what an interrupted rotation has left,
//! and the keys that IAM lists.

use crate::error::{Error, Result};
use crate::escape::shell_line;
use crate::model::rotation::NewKey;
use crate::model::rotation::keys::{MOST_KEYS, UserKey};
use crate::model::rotation::record::Record;
use crate::model::time::in_words;

/// What is known before anything is changed.
#[derive(Debug)]
pub(crate) struct Situation<'a> {
    pub user: &'a str,
    pub profile: &'a str,
    /// The id of the key in the file.
    pub current: &'a str,
    pub record: Option<&'a Record>,
    /// The user's keys in IAM.
    pub keys: &'a [UserKey],
    /// The other key that was named to be deleted.
    pub delete: Option<&'a str>,
}

/// Where a rotation begins, or goes on.
#[derive(Debug)]
pub(crate) struct Rotation {
    /// The key that is replaced.
    pub old: String,
    pub old_status: OldStatus,
    pub stage: Stage,
}

/// How far it is.
#[derive(Debug)]
pub(crate) enum Stage {
    /// There is no new key yet. The other one makes room for it.
    Create { first: Option<UserKey> },
    /// The new key is kept, and the file has the old one.
    Swap(NewKey),
    /// The file has the new key.
    Retire(NewKey),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OldStatus {
    Active,
    Inactive,
    /// IAM does not list it.
    Gone,
}

impl Situation<'_> {
    /// # Errors
    /// Both keys are active and none was named, or the named one cannot be deleted.
    pub(crate) fn rotation(&self) -> Result<Rotation> {
        let new = self.record.and_then(|record| record.new.clone());
        let (old, stage) = match (self.record, new) {
            (Some(record), Some(new)) if new.id == self.current => {
                (record.old.clone(), Stage::Retire(new))
            }
            (Some(_), Some(new)) if self.delete != Some(&new.id) => {
                (self.current.to_owned(), Stage::Swap(new))
            }
            _ => (self.current.to_owned(), self.create()?),
        };
        if let Stage::Swap(_) | Stage::Retire(_) = stage
            && let Some(named) = self.delete
            && (named != old || named == self.current)
        {
            return Err(self.cannot_delete(named));
        }
        let status = self.keys.iter().find(|key| key.id == old);
        Ok(Rotation {
            old_status: match status {
                None => OldStatus::Gone,
                Some(key) if key.active => OldStatus::Active,
                Some(_) => OldStatus::Inactive,
            },
            old,
            stage,
        })
    }

    fn create(&self) -> Result<Stage> {
        let others = || self.keys.iter().filter(|key| key.id != self.current);
        if let Some(named) = self.delete {
            let first = others().find(|key| key.id == named).cloned();
            return match first {
                None if self.is_kept(named) => Ok(Stage::Create { first: None }),
                None => Err(self.cannot_delete(named)),
                first => Ok(Stage::Create { first }),
            };
        }
        if self.keys.len() < MOST_KEYS {
            return Ok(Stage::Create { first: None });
        }
        let inactive = others().filter(|key| !key.active);
        match inactive.min_by_key(|key| key.created) {
            Some(key) => Ok(Stage::Create {
                first: Some(key.clone()),
            }),
            None => Err(self.no_room()),
        }
    }

    /// Whether it is the new key of an interrupted rotation; a person may have deleted it in IAM.
    fn is_kept(&self, id: &str) -> bool {
        let new = self.record.and_then(|record| record.new.as_ref());
        new.is_some_and(|new| new.id == id && id != self.current)
    }

    /// An active key may be in use elsewhere: only its user knows.
    fn no_room(&self) -> Error {
        let others = self.keys.iter().filter(|key| key.id != self.current);
        let other = others.max_by_key(|key| key.created);
        let other = other.map_or("KEY", |key| &key.id);
        let left_over = match self.record {
            Some(_) => "; an interrupted rotation may have created the second one",
            None => "",
        };
        Error::new(
            format!(
                "user {} has two active keys, and IAM allows no third one",
                self.user
            ),
            format!("{}{left_over}", self.shown_keys()),
            format!(
                "if nothing uses {other}, let mfaexec delete it: {}",
                self.line(&["--delete", other])
            ),
        )
    }

    fn cannot_delete(&self, named: &str) -> Error {
        let cause = match named == self.current {
            true => format!("profile {} has it, and needs it to the end", self.profile),
            false => format!("user {} has {}", self.user, self.shown_keys()),
        };
        Error::new(
            format!("--delete {named} is not possible"),
            cause,
            format!("see what would be done: {}", self.line(&["--dry-run"])),
        )
    }

    fn shown_keys(&self) -> String {
        let shown = self.keys.iter().map(|key| {
            let more = match key.id == self.current {
                true => format!("in profile {}, ", self.profile),
                false => String::new(),
            };
            key.shown(&more)
        });
        match shown.collect::<Vec<_>>() {
            none if none.is_empty() => "no key".to_owned(),
            shown => shown.join(" and "),
        }
    }

    fn line(&self, more: &[&str]) -> String {
        let words = ["mfaexec", "keys", "rotate", "-p", self.profile];
        shell_line(words.iter().chain(more))
    }
}

impl Rotation {
    /// What is going to be done, a line each. `place` is where the key is.
    pub(crate) fn steps(
        &self,
        user: &str,
        place: &[String],
        delete_after: Option<u64>,
    ) -> Vec<String> {
        let old = &self.old;
        let mut steps = Vec::new();
        let swap = |new: &str| {
            let put = |place: &String| format!("put {new} into {place}, instead of {old}");
            place.iter().map(put).collect::<Vec<_>>()
        };
        match &self.stage {
            Stage::Create { first } => {
                let first = first.as_ref().map(|key| key.shown(""));
                steps.extend(first.map(|key| format!("delete {key}")));
                steps.push(format!("create a new key for user {user}"));
                steps.push("make sure that AWS knows it".to_owned());
                steps.extend(swap("it"));
            }
            Stage::Swap(new) => {
                steps.push(format!(
                    "go on with {}, which an interrupted rotation has created",
                    new.id
                ));
                steps.push("make sure that AWS knows it".to_owned());
                steps.extend(swap(&new.id));
            }
            Stage::Retire(new) => steps.push(format!(
                "finish the rotation to {}, which was interrupted",
                new.id
            )),
        }
        if self.old_status == OldStatus::Active {
            steps.push(format!("make {old} inactive"));
        }
        match delete_after {
            _ if self.old_status == OldStatus::Gone => {}
            None => {}
            Some(0) => steps.push(format!("delete {old}")),
            Some(after) => steps.push(format!("delete {old} after {}", in_words(after))),
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::listed_key::LastUse;
    use crate::model::rotation::record::Secret;
    use crate::model::time::Timestamp;

    fn key(id: &str, active: bool) -> UserKey {
        UserKey {
            id: id.to_owned(),
            active,
            created: Some(Timestamp(1_704_067_200)),
            last_use: Some(LastUse {
                at: None,
                service: "N/A".to_owned(),
                region: "N/A".to_owned(),
            }),
        }
    }

    fn rotation(
        record: Option<(&str, Option<&str>)>,
        keys: &[UserKey],
        delete: Option<&str>,
    ) -> Result<Rotation> {
        let record = record.map(|(old, new)| Record {
            old: old.to_owned(),
            new: new.map(|id| NewKey {
                id: id.to_owned(),
                secret: "secret".into(),
            }),
            secret: Secret::InRecord,
        });
        Situation {
            user: "me",
            profile: "p",
            current: "A",
            record: record.as_ref(),
            keys,
            delete,
        }
        .rotation()
    }

    #[track_caller]
    fn makes_room(keys: &[UserKey], delete: Option<&str>, expected: Option<&str>) {
        let rotation = rotation(None, keys, delete).expect("it is possible");
        let Stage::Create { first } = rotation.stage else {
            panic!("no record is there");
        };
        assert_eq!(first.map(|key| key.id).as_deref(), expected);
    }

    #[test]
    fn an_inactive_key_makes_room_and_an_active_one_only_if_it_is_named() {
        let (old, active, inactive) = (key("A", true), key("B", true), key("C", false));
        makes_room(std::slice::from_ref(&old), None, None);
        makes_room(&[old.clone(), inactive.clone()], None, Some("C"));
        makes_room(&[old.clone(), inactive.clone()], Some("C"), Some("C"));
        let both = [old.clone(), active.clone()];
        makes_room(&both, Some("B"), Some("B"));
        let error = rotation(None, &both, None).expect_err("the choice is not mfaexec's");
        let text = error.to_string();
        assert!(text.contains("keys rotate -p p --delete B"), "{text}");
        assert!(text.contains("B (active, created 2024-01-01, never used)"));
        // The key of the file is not even there.
        makes_room(&[active.clone(), inactive.clone()], None, Some("C"));
        makes_room(std::slice::from_ref(&active), None, None);
    }

    #[test]
    fn the_key_of_the_file_and_unknown_ones_are_not_deleted() {
        let both = [key("A", true), key("B", true)];
        assert!(rotation(None, &both, Some("A")).is_err());
        assert!(rotation(None, &both, Some("X")).is_err());
        let swap = Some(("A", Some("B")));
        assert!(rotation(swap, &both, Some("A")).is_err());
        let retire = Some(("O", Some("A")));
        assert!(rotation(retire, &both, Some("A")).is_err());
    }

    #[test]
    fn what_was_interrupted_goes_on_where_it_was() {
        let both = [key("A", true), key("B", true)];
        let stage = |record, delete| rotation(record, &both, delete).expect("it goes on");
        let swap = stage(Some(("A", Some("B"))), None);
        assert!(matches!(&swap.stage, Stage::Swap(new) if new.id == "B"));
        assert_eq!((&*swap.old, swap.old_status), ("A", OldStatus::Active));
        let retire = stage(Some(("B", Some("A"))), None);
        assert!(matches!(&retire.stage, Stage::Retire(new) if new.id == "A"));
        assert_eq!(retire.old, "B");
        let over = stage(Some(("A", Some("B"))), Some("B"));
        assert!(matches!(over.stage, Stage::Create { first: Some(_) }));
        let gone = rotation(Some(("A", Some("B"))), &both[..1], Some("B")).expect("it begins anew");
        assert!(matches!(gone.stage, Stage::Create { first: None }));
        // Nothing was created, or its answer was lost.
        assert!(rotation(Some(("A", None)), &both, None).is_err());
    }
}
