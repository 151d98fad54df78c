//! Whom a run trusts: bundles of certificates, in part unusable, and the variables that name them.

use std::fs;
use std::process::Command;

use crate::harness::{Said, World, finish, has};
use crate::internet::Internet;
use crate::skipping::needs;

/// A login that meets a server of the private authority, and trusts what the caller says.
fn login(world: &World, internet: &Internet, more: &[&str]) -> Command {
    let code = world.code();
    let mut command = world.mfaexec(&["login", "--fresh", "-p", "testuser", "-c", &code]);
    internet.lead(&mut command).env_remove("AWS_CA_BUNDLE");
    command.args(more);
    command
}

const UNPROVEN: &str = "cannot prove who it is";

/// The variable of `requests` counts where botocore lets it (EndpointCreator): after its own variable
/// and the profile. An empty one counts as unset; botocore then checks no certificate at all, which
/// mfaexec never does.
#[test]
fn the_variable_of_requests_comes_after_those_of_the_aws_cli() {
    let world = World::new();
    let internet = Internet::new(&world);
    let (ca, nowhere) = (internet.ca.to_str().unwrap(), "/nonexistent");
    let run = |variables: &[(&str, &str)]| {
        let mut command = login(&world, &internet, &[]);
        finish(command.envs(variables.iter().copied()))
    };
    run(&[("REQUESTS_CA_BUNDLE", ca)]).succeeds();
    run(&[("REQUESTS_CA_BUNDLE", ca), ("AWS_CA_BUNDLE", "")]).succeeds();
    run(&[("REQUESTS_CA_BUNDLE", nowhere), ("AWS_CA_BUNDLE", ca)]).succeeds();
    let error = run(&[("REQUESTS_CA_BUNDLE", nowhere)]).fails(1);
    has(
        &error,
        &[
            "cannot use the CA bundle /nonexistent",
            "correct REQUESTS_CA_BUNDLE",
        ],
    );
    let error = run(&[("REQUESTS_CA_BUNDLE", "")]).fails(1);
    has(&error, &[UNPROVEN, "AWS_CA_BUNDLE"]);
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {}\nca_bundle = {ca}\n",
        crate::harness::SERIAL
    ));
    run(&[("REQUESTS_CA_BUNDLE", nowhere)]).succeeds();
}

/// Makes certificates beside that of the authority, and runs with bundles of them.
struct Bundles {
    world: World,
    internet: Internet,
    authority: String,
}

impl Bundles {
    fn new() -> Self {
        let world = World::new();
        let internet = Internet::new(&world);
        let authority = fs::read_to_string(&internet.ca).unwrap();
        Self {
            world,
            internet,
            authority,
        }
    }

    fn openssl(&self, line: &str) -> String {
        let mut command = self.world.program("sh");
        finish(command.args(["-c", &format!("openssl {line}")])).succeeds()
    }

    /// A root that is no one's.
    fn other(&self, more: &str) -> String {
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 \
             -keyout /dev/null -subj /CN=other {more} 2>&1 | sed -n '/BEGIN CERT/,$p'"
        ))
    }

    fn run(&self, bundle: impl AsRef<[u8]>) -> Said {
        let path = self.world.write("bundle.pem", bundle);
        let mut command = login(&self.world, &self.internet, &["-v"]);
        finish(command.env("AWS_CA_BUNDLE", path))
    }

    /// The bundle serves, and these are said to be left out.
    #[track_caller]
    fn serves(&self, bundle: impl AsRef<[u8]>, left_out: &[usize]) {
        let said = self.run(bundle);
        let count = said.stderr.matches("is not used: ").count();
        assert_eq!(count, left_out.len(), "{said:?}");
        for number in left_out {
            has(
                &said.stderr,
                &[&format!("bundle.pem: certificate {number} is not used: ")],
            );
        }
        said.succeeds();
    }
}

#[test]
fn a_bundle_with_roots_that_cannot_be_used_serves_with_the_others() {
    needs!("openssl");
    let bundles = Bundles::new();
    let good = bundles.authority.clone();
    let pem =
        |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let odd = bundles.other("-addext 2.5.29.30=DER:0500");
    bundles.serves(format!("{odd}{good}"), &[1]);
    bundles.serves(
        format!("{good}{}{}", pem("AAAA"), pem("no base64!")),
        &[2, 3],
    );
    bundles.serves(format!("-----BEGIN CERTIFICATE-----\nAAAA\n{good}"), &[1]);
    bundles.serves(format!("{good}-----BEGIN CERTIFICATE-----\nAAAA\n"), &[2]);
    let mut latin = b"# Gesch\xe4ftsstelle\r\n".to_vec();
    latin.extend(good.replace('\n', "\r\n").as_bytes());
    bundles.serves(latin, &[]);
    bundles.serves(good.replace("CERTIFICATE", "X509 CERTIFICATE"), &[]);
    let key = bundles.openssl("genpkey -algorithm ed25519");
    bundles.serves(format!("{key}Subject: x\n{good}{key}"), &[]);
    // Nothing is left.
    for (bundle, words) in [
        (odd.as_str(), "certificate 1: "),
        (&pem("AAAA"), "certificate 1: "),
        (&key, "there is no certificate in it"),
        ("", "there is no certificate in it"),
    ] {
        let error = bundles.run(bundle).fails(1);
        has(
            &error,
            &["cannot use the CA bundle", words, "AWS_CA_BUNDLE"],
        );
    }
    // What is left is someone else's.
    let error = bundles.run(bundles.other("")).fails(1);
    has(&error, &[UNPROVEN, "bundle.pem", "AWS_CA_BUNDLE"]);
}

#[test]
fn a_trusted_certificate_counts_for_what_it_is_trusted_for() {
    needs!("openssl");
    let bundles = Bundles::new();
    let path = bundles.internet.ca.display().to_string();
    let trusted = |options: &str| bundles.openssl(&format!("x509 -in {path} -trustout {options}"));
    for options in [
        "",
        "-setalias name",
        "-addtrust serverAuth",
        "-addreject emailProtection",
    ] {
        let bundle = trusted(options);
        assert!(bundle.contains("TRUSTED CERTIFICATE"), "{bundle}");
        bundles.serves(bundle, &[]);
    }
    for options in ["-addreject serverAuth", "-addtrust emailProtection"] {
        let error = bundles.run(trusted(options)).fails(1);
        has(
            &error,
            &["certificate 1: it says that it is not for servers"],
        );
    }
}

#[test]
fn a_bundle_is_read_with_an_end() {
    let world = World::new();
    let internet = Internet::new(&world);
    let error = finish(login(&world, &internet, &[]).env("AWS_CA_BUNDLE", "/dev/zero")).fails(1);
    has(
        &error,
        &["cannot use the CA bundle /dev/zero", "it is a device"],
    );
    let error = finish(login(&world, &internet, &[]).env("AWS_CA_BUNDLE", "/etc")).fails(1);
    has(&error, &["cannot use the CA bundle /etc", "directory"]);
    // As a pipe of the shell, which is read once.
    let code = world.code();
    let script =
        format!("AWS_CA_BUNDLE=<(cat authority.pem) mfaexec login --fresh -p testuser -c {code}");
    let mut command = world.program("bash");
    internet.lead(&mut command).env_remove("AWS_CA_BUNDLE");
    finish(command.args(["-c", &script])).succeeds();
}
