//! Tables for the evaluator: each condition against an absent, a true and a false key, and the
//! order of Allow and Deny.

use super::{Context, Decision, Policy, Question, decide, wildcard};

fn ask(documents: &[String], action: &str, resource: &str, context: &Context) -> Decision {
    let policies: Vec<Policy> = documents
        .iter()
        .map(|text| Policy::from_json(text).unwrap())
        .collect();
    decide(
        policies.iter(),
        &Question {
            action,
            resource,
            principals: &[],
            context,
        },
    )
}

fn statement(effect: &str, action: &str, condition: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", "Action": {action},
            "Resource": "*", "Condition": {condition}}}}}"#
    )
}

fn allow(action: &str, condition: &str) -> String {
    statement("Allow", action, condition)
}

#[test]
fn conditions() {
    let present = |value: &str| format!(r#"{{"aws:MultiFactorAuthPresent": {value}}}"#);
    // Operator and test, then the outcome for no key, "true" and "false".
    for (operator, test, expected) in [
        ("Bool", present(r#""true""#), [false, true, false]),
        ("Bool", present("true"), [false, true, false]),
        ("Bool", present(r#""false""#), [false, false, true]),
        ("Bool", present(r#"["true", "false"]"#), [false, true, true]),
        ("BoolIfExists", present(r#""true""#), [true, true, false]),
        ("BoolIfExists", present(r#""false""#), [true, false, true]),
        ("Null", present(r#""true""#), [true, false, false]),
        ("Null", present(r#""false""#), [false, true, true]),
        // The case of a key does not matter.
        (
            "Bool",
            r#"{"AWS:multifactorauthPRESENT": "true"}"#.to_owned(),
            [false, true, false],
        ),
    ] {
        let document = allow(r#""*""#, &format!(r#"{{"{operator}": {test}}}"#));
        let found = [None, Some("true"), Some("false")].map(|value| {
            let context: Context = value
                .map(|value| ("aws:multifactorauthpresent", value.to_owned()))
                .into_iter()
                .collect();
            ask(std::slice::from_ref(&document), "ec2:X", "*", &context) == Decision::Allowed
        });
        assert_eq!(found, expected, "{operator} {test}");
    }
}

#[test]
fn ages() {
    for (operator, age, expected) in [
        ("NumericLessThan", None, false),
        ("NumericLessThan", Some("299"), true),
        ("NumericLessThan", Some("300"), false),
        ("NumericLessThan", Some("1000"), false),
        ("NumericLessThanIfExists", None, true),
        ("NumericLessThanIfExists", Some("300"), false),
        ("NumericLessThanEquals", Some("300"), true),
        ("NumericLessThanEquals", Some("301"), false),
        ("NumericGreaterThan", None, false),
        ("NumericGreaterThan", Some("300"), false),
        ("NumericGreaterThanIfExists", None, true),
        ("NumericGreaterThanEquals", Some("299"), false),
        ("NumericGreaterThanEqualsIfExists", Some("300"), true),
    ] {
        let test = format!(r#"{{"{operator}": {{"aws:MultiFactorAuthAge": "300"}}}}"#);
        let context: Context = age
            .map(|age| ("aws:multifactorauthage", age.to_owned()))
            .into_iter()
            .collect();
        let found = ask(&[allow(r#""*""#, &test)], "ec2:X", "*", &context);
        assert_eq!(found == Decision::Allowed, expected, "{operator} {age:?}");
    }
}

#[test]
fn several_conditions_must_all_hold() {
    let document = allow(
        r#""*""#,
        r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": 300}}"#,
    );
    for (age, expected) in [("10", Decision::Allowed), ("500", Decision::Silent)] {
        let context: Context = [
            ("aws:multifactorauthpresent", "true".to_owned()),
            ("aws:multifactorauthage", age.to_owned()),
        ]
        .into();
        assert_eq!(
            ask(std::slice::from_ref(&document), "a:B", "*", &context),
            expected
        );
    }
}

#[test]
fn deny_wins_in_any_order() {
    let yes = allow(r#""ec2:*""#, "{}");
    let no = statement("Deny", r#""ec2:Terminate*""#, "{}");
    let nothing = Context::new();
    for documents in [[yes.clone(), no.clone()], [no, yes]] {
        assert_eq!(
            ask(&documents, "ec2:DescribeRegions", "*", &nothing),
            Decision::Allowed
        );
        assert_eq!(
            ask(&documents, "ec2:TerminateInstances", "*", &nothing),
            Decision::Denied
        );
        assert_eq!(
            ask(&documents, "iam:GetUser", "*", &nothing),
            Decision::Silent
        );
    }
    assert_eq!(ask(&[], "ec2:X", "*", &nothing), Decision::Silent);
}

#[test]
fn actions() {
    for (patterns, action, expected) in [
        (r#""ec2:DescribeRegions""#, "ec2:DescribeRegions", true),
        (r#""EC2:describeregions""#, "ec2:DescribeRegions", true),
        (r#""ec2:Describe""#, "ec2:DescribeRegions", false),
        (r#""ec2:Describe*""#, "ec2:DescribeRegions", true),
        (r#""*Regions""#, "ec2:DescribeRegions", true),
        (r#""ec2:*""#, "iam:GetUser", false),
        (r#""iam:Get????""#, "iam:GetUser", true),
        (r#""iam:Get???""#, "iam:GetUser", false),
        (r#"["sts:*", "iam:GetUser"]"#, "iam:GetUser", true),
    ] {
        let found = ask(&[allow(patterns, "{}")], action, "*", &Context::new());
        assert_eq!(found == Decision::Allowed, expected, "{patterns} {action}");
    }
}

#[test]
fn resources_and_not_forms() {
    let policy = |part: &str| {
        format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {part}}}]}}"#)
    };
    let own = r#""Action": "*", "Resource": "arn:aws:iam::*:user/${aws:username}""#;
    let not_own = r#""Action": "*", "NotResource": "arn:aws:iam::*:user/${aws:username}""#;
    let not_iam = r#""NotAction": ["iam:*", "sts:*"], "Resource": "*""#;
    let context: Context = [("aws:username", "ann".to_owned())].into();
    for (part, action, resource, expected) in [
        (own, "iam:GetUser", "arn:aws:iam::1:user/ann", true),
        (own, "iam:GetUser", "arn:aws:iam::1:user/Ann", false),
        (own, "iam:GetUser", "arn:aws:iam::1:user/bob", false),
        (not_own, "iam:GetUser", "arn:aws:iam::1:user/ann", false),
        (not_own, "iam:GetUser", "arn:aws:iam::1:user/bob", true),
        (not_iam, "ec2:DescribeRegions", "*", true),
        (not_iam, "iam:GetUser", "*", false),
    ] {
        let found = ask(&[policy(part)], action, resource, &context);
        assert_eq!(
            found == Decision::Allowed,
            expected,
            "{part} {action} {resource}"
        );
    }
}

#[test]
fn principals() {
    let policy = |principal: &str| {
        Policy::from_json(&format!(
            r#"{{"Statement": {{"Effect": "Allow", "Principal": {principal},
                "Action": "sts:AssumeRole"}}}}"#
        ))
        .unwrap()
    };
    let me = ["arn:aws:iam::1:user/ann".to_owned()];
    for (principal, expected) in [
        (r#""*""#, true),
        (r#"{"AWS": "*"}"#, true),
        (r#"{"AWS": "arn:aws:iam::1:user/ann"}"#, true),
        (r#"{"AWS": ["x", "arn:aws:iam::1:user/ann"]}"#, true),
        (r#"{"AWS": "arn:aws:iam::1:user/*"}"#, false),
        (r#"{"Service": "ec2.amazonaws.com"}"#, false),
    ] {
        let question = Question {
            action: "sts:AssumeRole",
            resource: "r",
            principals: &me,
            context: &Context::new(),
        };
        let found = decide(std::iter::once(&policy(principal)), &question);
        assert_eq!(found == Decision::Allowed, expected, "{principal}");
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    for condition in [
        r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
        r#"{"Bool": "true"}"#,
        r#"{"NullIfExists": {"aws:MultiFactorAuthAge": "true"}}"#,
        r#"{"Bool": {"aws:SecureTransport": "true"}}"#,
        r#"{"StringEquals": {"aws:username": "${aws:PrincipalTag/name}"}}"#,
    ] {
        assert!(
            Policy::from_json(&allow(r#""*""#, condition)).is_err(),
            "{condition}"
        );
    }
    let typo = r#"{"Statement": {"Effect": "Allow", "Actions": "*", "Resource": "*"}}"#;
    assert!(Policy::from_json(typo).is_err());
    let variable = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*",
        "Resource": "arn:aws:iam::*:user/${aws:userid}"}}"#;
    assert!(Policy::from_json(variable).is_err());
}

/// The words are IAM's.
#[test]
fn what_iam_refuses() {
    let version = r#""Version": "2012-10-17""#;
    let one = |part: &str| format!(r#"{{{version}, "Statement": {{"Effect": "Allow", {part}}}}}"#);
    for (document, words) in [
        ("{".to_owned(), "Syntax errors in policy."),
        (
            one(r#""Action": "ec2:X", "Resource": "*", "Principal": "*""#),
            "Policy document should not specify a principal.",
        ),
        (
            one(r#""Resource": "*""#),
            "Policy statement must contain actions.",
        ),
        (
            one(r#""Action": "ec2:X""#),
            "Policy statement must contain resources.",
        ),
        (
            one(r#""Action": "DescribeRegions", "Resource": "*""#),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            one(r#""Action": "ec2:X", "Resource": "everything""#),
            "Resource everything must be in ARN format or \"*\".",
        ),
        (
            one(r#""Action": "iam:X", "Resource": "arn:aws-cn:iam::*:user/x""#),
            "Partition \"aws-cn\" is not valid for resource \"arn:aws-cn:iam::*:user/x\".",
        ),
        (
            one(r#""Sid": "no blanks", "Action": "ec2:X", "Resource": "*""#),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the \
             regular expression [0-9A-Za-z]*",
        ),
        (
            one(r#""Action": "ec2:X", "Resource": "*""#).replace("2012", "2013"),
            "The policy must contain a valid version string.",
        ),
    ] {
        assert_eq!(Policy::identity(&document).unwrap_err(), words);
    }
    let statement = r#"{"Sid": "A", "Effect": "Allow", "Action": "ec2:X", "Resource": "*"}"#;
    let twice = format!(r#"{{{version}, "Statement": [{statement}, {statement}]}}"#);
    assert_eq!(
        Policy::identity(&twice).unwrap_err(),
        "Statement IDs (SID) in a single policy must be unique."
    );
    Policy::identity(&format!(r#"{{{version}, "Statement": {statement}}}"#)).unwrap();
}

#[test]
fn a_variable_without_a_value_fits_nothing() {
    let part =
        r#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::*:user/${aws:username}""#;
    let policy = |version: &str| format!(r#"{{"Version": "{version}", "Statement": {{{part}}}}}"#);
    let ann: Context = [("aws:username", "ann".to_owned())].into();
    let of_ann = "arn:aws:iam::1:user/ann";
    let found = |version: &str, resource: &str, context: &Context| {
        ask(&[policy(version)], "iam:GetUser", resource, context)
    };
    let (new, old) = ("2012-10-17", "2008-10-17");
    assert_eq!(found(new, of_ann, &ann), Decision::Allowed);
    let nameless = "arn:aws:iam::1:user/";
    assert_eq!(found(new, nameless, &Context::new()), Decision::Silent);
    // Documents of the old version have no variables.
    assert_eq!(found(old, of_ann, &ann), Decision::Silent);
}

#[test]
fn wildcards() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("*", "", true),
        ("a*c", "abbc", true),
        ("a*c", "abcd", false),
        ("*a*", "bab", true),
        ("?", "", false),
        ("ü?", "üß", true),
    ] {
        assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
    }
}
