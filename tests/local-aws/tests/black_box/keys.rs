//! Users and their access keys, as IAM answers, and how long the rest of AWS takes to notice.

use local_aws::{Account, Server};

use crate::support::{Client, Reply, client, start};

const UNKNOWN: &str = "The security token included in the request is invalid.";
const SELF: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["iam:*AccessKey*", "iam:GetUser"],
     "Resource": "arn:aws:iam::*:user/${aws:username}"}]}"#;

/// A user who may change the own keys.
fn rotating() -> (Server, Client) {
    let server = start();
    server.edit(|account| account.put_user_policy("testuser", "self", SELF).unwrap());
    let user = client(&server, "testuser");
    (server, user)
}

fn create(user: &Client) -> (Reply, Client) {
    let reply = user.iam("CreateAccessKey", &[]);
    let key = Client {
        key: reply.ok().field("AccessKeyId"),
        secret: reply.field("SecretAccessKey"),
        ..user.clone()
    };
    (reply, key)
}

fn set(user: &Client, id: &str, status: &str) -> Reply {
    let parameters = [
        ("UserName", "testuser"),
        ("AccessKeyId", id),
        ("Status", status),
    ];
    user.iam("UpdateAccessKey", &parameters)
}

fn known(key: &Client) -> bool {
    let reply = key.sts("GetCallerIdentity", &[]);
    if reply.status != 200 {
        reply.refused(403, "InvalidClientTokenId", UNKNOWN);
    }
    reply.status == 200
}

#[test]
fn a_rotation() {
    let (_server, old) = rotating();
    let (reply, new) = create(&old);
    assert_eq!(reply.field("Status"), "Active");
    assert_eq!(reply.field("UserName"), "testuser");
    assert!(new.key.starts_with("AKIA") && new.key.len() == 20);
    assert_eq!(new.secret.len(), 40);
    assert!(known(&new));
    old.iam("CreateAccessKey", &[]).refused(
        409,
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    );
    set(&new, &old.key, "Inactive").ok();
    assert!(!known(&old));
    old.iam("GetUser", &[])
        .refused(403, "InvalidClientTokenId", UNKNOWN);
    // An inactive key counts.
    assert_eq!(
        new.iam("CreateAccessKey", &[]).field("Code"),
        "LimitExceeded"
    );
    let list = new.iam("ListAccessKeys", &[]);
    let statuses: Vec<&str> = ["<Status>Inactive</Status>", "<Status>Active</Status>"]
        .into_iter()
        .filter(|status| list.ok().body.matches(*status).count() == 1)
        .collect();
    assert_eq!(statuses.len(), 2, "{}", list.body);
    set(&new, &old.key, "Active").ok();
    assert!(known(&old));
    let gone = [("AccessKeyId", old.key.as_str())];
    new.iam("DeleteAccessKey", &gone).ok();
    assert!(!known(&old));
    let words = format!("The Access Key with id {} cannot be found.", old.key);
    new.iam("DeleteAccessKey", &gone)
        .refused(404, "NoSuchEntity", &words);
    set(&new, &old.key, "Active").refused(404, "NoSuchEntity", &words);
    assert_eq!(set(&new, &new.key, "Off").field("Code"), "ValidationError");
}

#[test]
fn when_a_key_was_used() {
    let (server, user) = rotating();
    let (_, new) = create(&user);
    let last = |id: &str| user.iam("GetAccessKeyLastUsed", &[("AccessKeyId", id)]);
    let never = last(&new.key);
    assert_eq!(never.ok().field("UserName"), "testuser");
    assert_eq!(never.field("ServiceName"), "N/A");
    assert_eq!(never.field("Region"), "N/A");
    assert_eq!(never.field("LastUsedDate"), "");
    let abroad = Client {
        region: "eu-west-1".to_owned(),
        ..new.clone()
    };
    abroad.sts("GetCallerIdentity", &[]).ok();
    let used = last(&new.key);
    assert_eq!(used.ok().field("ServiceName"), "sts");
    assert_eq!(used.field("Region"), "eu-west-1");
    assert!(used.field("LastUsedDate").ends_with('Z'));
    // Neither a key of someone else nor one that is not there tells anything.
    let other = Account::story();
    for id in [
        other.user("otheruser").access_key_id(),
        "AKIANOSUCHKEYEXAMPLE",
    ] {
        assert_eq!(last(id).field("Code"), "AccessDenied");
    }
    drop(server);
}

#[test]
fn who_may_and_who_must_be_named() {
    let (server, user) = rotating();
    let theirs = [("UserName", "otheruser")];
    for action in ["CreateAccessKey", "ListAccessKeys"] {
        let reply = user.iam(action, &theirs);
        assert_eq!(reply.field("Code"), "AccessDenied", "{action}");
    }
    let serial = Account::story().user("testuser").serial().to_owned();
    let reply = user.session_token(&serial, &server.code("testuser"), "900");
    let session = user.with(&reply);
    session.iam("ListAccessKeys", &[]).refused(
        400,
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    );
    let named = [("UserName", "testuser")];
    session.iam("ListAccessKeys", &named).ok();
    session.iam("CreateAccessKey", &named).ok();
}

#[test]
fn users_and_policies() {
    let server = start();
    let root = client(&server, "root");
    let name = [("UserName", "newcomer"), ("Path", "/division/")];
    let reply = root.iam("CreateUser", &name);
    let arn = "arn:aws:iam::123456789012:user/division/newcomer";
    assert_eq!(reply.ok().field("Arn"), arn);
    assert!(reply.field("UserId").starts_with("AIDA"));
    root.iam("CreateUser", &name).refused(
        409,
        "EntityAlreadyExists",
        "User with name newcomer already exists.",
    );
    let key = root.iam("CreateAccessKey", &[("UserName", "newcomer")]);
    let newcomer = Client {
        key: key.ok().field("AccessKeyId"),
        secret: key.field("SecretAccessKey"),
        ..root.clone()
    };
    assert_eq!(newcomer.regions().field("Code"), "UnauthorizedOperation");
    let put = |name: &str, document: &str| {
        let parameters = [
            ("UserName", "newcomer"),
            ("PolicyName", name),
            ("PolicyDocument", document),
        ];
        root.iam("PutUserPolicy", &parameters)
    };
    let allow = |resource: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
                "Action": "ec2:DescribeRegions", "Resource": "{resource}"}}}}"#
        )
    };
    put("regions", &allow("*")).ok();
    newcomer.regions().ok();
    put("regions", "{").refused(400, "MalformedPolicyDocument", "Syntax errors in policy.");
    newcomer.regions().ok();
    let large = allow(&format!("arn:aws:ec2:*:*:{}", "x".repeat(2048)));
    put("large", &large).refused(
        409,
        "LimitExceeded",
        "Maximum policy size of 2048 bytes exceeded for user newcomer",
    );
    // White space does not count.
    put("regions", &format!("{}{}", allow("*"), " ".repeat(4096))).ok();
    assert_eq!(put("no name", &allow("*")).field("Code"), "ValidationError");
    let refused = client(&server, "testuser").iam("CreateUser", &[("UserName", "x")]);
    assert_eq!(refused.field("Code"), "AccessDenied");
}

#[test]
fn iam_is_eventually_consistent() {
    let (server, old) = rotating();
    server.edit(|account| account.settles_after = 8);
    let (_, new) = create(&old);
    // IAM knows its own.
    let list = old.iam("ListAccessKeys", &[]);
    assert!(list.ok().body.contains(&new.key));
    assert!(!known(&new));
    server.move_clock(8);
    assert!(known(&new));
    set(&new, &old.key, "Inactive").ok();
    assert!(known(&old));
    server.move_clock(8);
    assert!(!known(&old));
}

/// A Region that the account has not enabled knows no key; one where STS is switched off gives no
/// credentials, and still says who is calling.
#[test]
fn regions_that_are_off() {
    let server = start();
    server.edit(|account| {
        account.disabled_regions = vec!["eu-west-3".to_owned()];
        account.regions_not_enabled = vec!["af-south-1".to_owned()];
    });
    let at = |region: &str| Client {
        region: region.to_owned(),
        ..client(&server, "testuser")
    };
    let off = "STS is not activated in this region for account:123456789012. Your account \
               administrator can activate STS in this region using the IAM Console.";
    at("eu-west-3")
        .sts("GetSessionToken", &[])
        .refused(403, "RegionDisabledException", off);
    at("eu-west-3").sts("GetCallerIdentity", &[]).ok();
    assert!(!known(&at("af-south-1")));
    assert_eq!(at("af-south-1").regions().field("Code"), "AuthFailure");
    at("us-east-1").sts("GetSessionToken", &[]).ok();
}

/// "Temporary security credentials are valid until they expire" (IAM User Guide, "Disabling permissions for
/// temporary security credentials").
#[test]
fn a_session_outlives_the_key_that_it_was_got_with() {
    let (server, user) = rotating();
    let serial = Account::story().user("testuser").serial().to_owned();
    let reply = user.session_token(&serial, &server.code("testuser"), "900");
    let session = user.with(&reply);
    set(&session, &user.key, "Inactive").ok();
    session.regions().ok();
    let gone = [("UserName", "testuser"), ("AccessKeyId", user.key.as_str())];
    session.iam("DeleteAccessKey", &gone).ok();
    session.regions().ok();
}

#[test]
fn users_are_listed_by_those_who_may() {
    let (server, user) = rotating();
    let said = user.iam("ListUsers", &[]);
    said.refused(
        403,
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/testuser is not authorized to perform: iam:ListUsers \
         on resource: arn:aws:iam::123456789012:user/ because no identity-based policy allows the \
         iam:ListUsers action",
    );
    let all = SELF
        .replace("iam:GetUser", "iam:ListUsers")
        .replace("user/${aws:username}", "*");
    server.edit(|account| account.put_user_policy("testuser", "self", &all).unwrap());
    assert_eq!(
        user.iam("ListUsers", &[]).ok().field("UserName"),
        "fidouser"
    );
    let division = user.iam(
        "ListUsers",
        &[("PathPrefix", "/division/"), ("MaxItems", "1")],
    );
    assert_eq!(division.ok().field("UserName"), "fresh");
}

#[test]
fn a_dry_run_of_ec2_says_whether_it_would_work() {
    let (server, user) = rotating();
    let look = |action: &str| {
        let dry = [("DryRun", "true")];
        user.call("ec2", "2016-11-15", action, &dry)
    };
    look("DescribeInstances").refused(
        403,
        "UnauthorizedOperation",
        "You are not authorized to perform this operation.",
    );
    let all = SELF
        .replace("iam:GetUser", "ec2:Describe*")
        .replace("arn:aws:iam::*:user/${aws:username}", "*");
    server.edit(|account| account.put_user_policy("testuser", "self", &all).unwrap());
    for action in ["DescribeInstances", "DescribeRegions"] {
        look(action).refused(
            412,
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        );
    }
}
