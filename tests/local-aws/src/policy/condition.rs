//! Conditions: an operator, the key that it looks at, and the values that it compares with.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Context;
use super::document::{OneOrMany, USER_NAME};

/// The `Condition` of a statement.
pub(super) type Conditions = BTreeMap<Operator, BTreeMap<Key, OneOrMany<Scalar>>>;

/// What the stand-in knows of a request. A condition about anything else cannot be judged.
const KEYS: [&str; 5] = [
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:username",
    "sts:externalid",
    "sts:rolesessionname",
];

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub(super) struct Operator {
    test: Test,
    /// A request without the key passes.
    if_exists: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    Bool,
    Null,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    NumericLessThan,
    NumericLessThanEquals,
    StringEquals,
}

/// The name of a condition key in lower case, since AWS ignores its case.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub(super) struct Key(String);

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Bool(bool),
    Number(i64),
}

impl TryFrom<String> for Operator {
    type Error = String;

    fn try_from(name: String) -> Result<Operator, String> {
        let (base, if_exists) = name
            .strip_suffix("IfExists")
            .map_or((name.as_str(), false), |base| (base, true));
        let test = match base {
            "Bool" => Test::Bool,
            // IAM has no NullIfExists.
            "Null" if !if_exists => Test::Null,
            "NumericGreaterThan" => Test::NumericGreaterThan,
            "NumericGreaterThanEquals" => Test::NumericGreaterThanEquals,
            "NumericLessThan" => Test::NumericLessThan,
            "NumericLessThanEquals" => Test::NumericLessThanEquals,
            "StringEquals" => Test::StringEquals,
            _ => return Err(format!("the stand-in has no condition operator {name}")),
        };
        Ok(Operator { test, if_exists })
    }
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(name: String) -> Result<Key, String> {
        let lower = name.to_ascii_lowercase();
        if KEYS.contains(&lower.as_str()) {
            Ok(Key(lower))
        } else {
            Err(format!("the stand-in has no condition key {name}"))
        }
    }
}

/// All operators, and all keys of each, must hold; of several values, one.
pub(super) fn hold(conditions: &Conditions, context: &Context) -> bool {
    conditions.iter().all(|(operator, tests)| {
        tests
            .iter()
            .all(|(key, values)| operator.holds(key, values, context))
    })
}

impl Operator {
    fn holds(self, key: &Key, values: &OneOrMany<Scalar>, context: &Context) -> bool {
        let present = context.get(key.0.as_str());
        let any = |test: &dyn Fn(&str) -> bool| values.iter().any(|value| test(&value.text()));
        if self.test == Test::Null {
            return any(&|value| value.eq_ignore_ascii_case("true") == present.is_none());
        }
        let Some(actual) = present else {
            return self.if_exists;
        };
        let number = |compare: fn(&i64, &i64) -> bool| {
            any(&|limit| match (actual.parse(), limit.parse()) {
                (Ok(actual), Ok(limit)) => compare(&actual, &limit),
                _ => false,
            })
        };
        match self.test {
            Test::Bool => any(&|value| value.eq_ignore_ascii_case(actual)),
            Test::Null => false,
            Test::NumericGreaterThan => number(i64::gt),
            Test::NumericGreaterThanEquals => number(i64::ge),
            Test::NumericLessThan => number(i64::lt),
            Test::NumericLessThanEquals => number(i64::le),
            // A variable without a value is equal to nothing.
            Test::StringEquals => any(&|value| match context.get("aws:username") {
                Some(user) => value.replace(USER_NAME, user) == *actual,
                None => value == actual,
            }),
        }
    }
}

impl Scalar {
    pub(super) fn text(&self) -> String {
        match self {
            Scalar::Text(text) => text.clone(),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Number(value) => value.to_string(),
        }
    }
}
