//! Bases that hold a token: a web identity and `aws login`.

use ring::digest::{SHA256, digest};

use crate::harness::{World, finish, has};
use crate::provided::{DEPLOYER, Keys, NOWHERE, StandIn, at, calls, once, role, variable};

const LOGIN: &str = "arn:aws:iam::123456789012:user/testuser";

/// STS for web identities; it leaves all else to the stand-in for AWS.
fn web_sts(world: &World, keys: &Keys) -> StandIn {
    let Keys {
        id,
        secret,
        token,
        expiration,
    } = keys;
    let arn = "arn:aws:sts::123456789012:assumed-role/web/mfaexec";
    let answer = format!(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>{arn}</Arn>\
         <AssumedRoleId>AROAX:mfaexec</AssumedRoleId></AssumedRoleUser><Credentials>\
         <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{token}</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
         </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
    );
    StandIn::start(world, move |request| {
        if !request.contains("Action=AssumeRoleWithWebIdentity") {
            return None;
        }
        assert!(
            !request.to_lowercase().contains("\r\nauthorization:"),
            "{request}"
        );
        let right = request.contains("WebIdentityToken=jwt.of.mine")
            && request.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fweb");
        let refused = "<ErrorResponse><Error><Type>Sender</Type>\
                       <Code>ExpiredTokenException</Code><Message>Token expired: 1</Message>\
                       </Error></ErrorResponse>";
        Some(match right {
            true => (200, answer.clone()),
            false => (400, refused.to_owned()),
        })
    })
}

#[test]
fn a_web_identity_assumes_its_role_by_itself() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    let sts = web_sts(&world, &keys);
    let token = world.write("token.jwt", "jwt.of.mine");
    let config = |more: &str| {
        world.write_config(&format!(
            "[profile web]\nregion = eu-central-1\nweb_identity_token_file = {}\n\
             role_arn = arn:aws:iam::123456789012:role/web\n{more}\
             [profile deploy]\nrole_arn = {DEPLOYER}\nsource_profile = web\n",
            token.display()
        ));
    };
    config("");
    let run = |profile: &str| {
        let mut command = world.mfaexec(&["-p", profile, "--", "env"]);
        finish(at(&mut command, "STS", &sts.url()))
    };
    let before = calls(&world, 0).len();
    let shown = once(&keys, "web", "a web identity", || run("web"));
    assert_eq!(variable(&shown, "AWS_ACCOUNT_ID").unwrap(), "123456789012");
    let requests = sts.requests();
    assert_eq!(requests.len(), 1);
    has(&requests[0], &["RoleSessionName=mfaexec"]);
    assert!(calls(&world, before).is_empty());
    role(&world, false, |args| {
        let mut command = world.mfaexec(args);
        at(&mut command, "STS", &sts.url());
        command
    });
    // The session's name is the profile's, and so is the endpoint of STS.
    config(&format!(
        "role_session_name = me\nendpoint_url = {}\n",
        sts.url()
    ));
    sts.requests();
    let mut command = world.mfaexec(&["-p", "web", "--", "env"]);
    finish(
        command
            .env_remove("AWS_ENDPOINT_URL")
            .env_remove("NO_PROXY"),
    )
    .succeeds();
    has(&sts.requests()[0], &["RoleSessionName=me&"]);
    // The option's comes first, and the variable's where the profile has none.
    let named = |option: &[&str], name: &str| {
        let mut command = world.mfaexec(&["-p", "web", "--cache", "none"]);
        command.args(option).args(["--", "true"]);
        command.env("AWS_ROLE_SESSION_NAME", "job-7");
        finish(at(&mut command, "STS", &sts.url())).succeeds();
        has(&sts.requests()[0], &[&format!("RoleSessionName={name}&")]);
    };
    named(&["--role-session-name", "x-1"], "x-1");
    named(&[], "me");
    config("");
    named(&[], "job-7");
    config(&format!(
        "role_session_name = me\nendpoint_url = {}\n",
        sts.url()
    ));
    // What goes wrong.
    let fails = |parts: &[&str]| {
        let mut command = world.mfaexec(&["-p", "web", "--fresh", "--", "true"]);
        let error = finish(at(&mut command, "STS", &sts.url())).fails(125);
        has(
            &error,
            &[
                "a web identity gives no keys for profile web",
                ".aws/config, line 3",
            ],
        );
        has(&error, parts);
    };
    world.write("token.jwt", "another");
    fails(&[
        "Token expired: 1 (ExpiredTokenException)",
        "check the token's file",
    ]);
    std::fs::remove_file(&token).unwrap();
    fails(&["token.jwt", "No such file"]);
    world.write("token.jwt", "jwt.of.mine");
    let mut command = world.mfaexec(&["-p", "web", "--fresh", "--", "true"]);
    let error = finish(at(&mut command, "STS", NOWHERE)).fails(125);
    has(&error, &["cannot reach STS (http://127.0.0.1:1)"]);
    world.write_config("[profile web]\nweb_identity_token_file = token.jwt\n");
    has(
        &run("web").fails(125),
        &["profile web has no role_arn", "config, line 2"],
    );
}

/// A key of the SDK's own documentation; no one is known by it.
const DPOP_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIFDZHUzOG1Pzq+6F0mjMlOSp1syN9LRPBuHMoCFXTcXhoAoGCCqGSM49\\nAwEHoUQDQgAE9qhj+KtcdHj1kVgwxWWWw++tqoh7H7UHs7oXh8jBbgF47rrYGC+t\\ndjiIaHK3dBvvdE7MGj5HsepzLm3Kj91bqA==\\n-----END EC PRIVATE KEY-----\\n";

fn login_token(world: &World, keys: &Keys, ends: &str) {
    let file = hex::encode(digest(&SHA256, LOGIN.as_bytes()));
    let Keys {
        id, secret, token, ..
    } = keys;
    let text = format!(
        r#"{{"accessToken": {{"accessKeyId": "{id}", "secretAccessKey": "{secret}", "sessionToken": "{token}", "accountId": "123456789012", "expiresAt": "{ends}"}}, "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "refresh-me", "dpopKey": "{DPOP_KEY}"}}"#
    );
    world.write(&format!(".aws/login/cache/{file}.json"), text);
}

#[test]
fn the_session_of_aws_login() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    world.write_config(&format!(
        "[profile me]\nregion = eu-central-1\nlogin_session = {LOGIN}\n\
         [profile deploy]\nrole_arn = {DEPLOYER}\nsource_profile = me\n"
    ));
    let run = |url: &str| {
        let mut command = world.mfaexec(&["-p", "me", "--", "env"]);
        finish(at(&mut command, "SIGNIN", url))
    };
    let what = [
        "aws login gives no keys for profile me (",
        "aws login --profile me",
    ];
    let error = run(NOWHERE).fails(125);
    has(&error, &what);
    has(&error, &["No such file"]);
    // One that is over is renewed; until that is refused.
    login_token(&world, &keys, "2020-01-01T00:00:00Z");
    let refusing = StandIn::start(&world, |_| {
        let body =
            r#"{"__type": "AccessDeniedException", "error": "TOKEN_EXPIRED", "message": "over"}"#;
        Some((400, body.to_owned()))
    });
    let error = run(&refusing.url()).fails(125);
    has(&error, &what);
    has(&error, &["Please reauthenticate"]);
    has(&run("http://192.0.2.1").fails(125), &["plain http"]);
    let Keys {
        id, secret, token, ..
    } = &keys;
    let renewed = format!(
        r#"{{"accessToken": {{"accessKeyId": "{id}", "secretAccessKey": "{secret}", "sessionToken": "{token}"}}, "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "next"}}"#
    );
    let renewing = StandIn::start(&world, move |request| {
        has(request, &["POST /v1/token ", "refresh-me", "\r\ndpop: "]);
        Some((200, renewed.clone()))
    });
    let shown = run(&renewing.url()).succeeds();
    assert_eq!(&variable(&shown, "AWS_SESSION_TOKEN").unwrap(), token);
    assert_eq!(renewing.requests().len(), 1);
    // One that lasts is taken from its file, and then from mfaexec's own.
    world.run(&["clear"]).succeeds();
    login_token(&world, &keys, &keys.expiration);
    let before = calls(&world, 0).len();
    once(&keys, "me", "aws login", || run(NOWHERE));
    assert!(calls(&world, before).is_empty());
    std::fs::remove_dir_all(world.home().join(".aws/login")).unwrap();
    role(&world, true, |args| world.mfaexec(args));
}
