//! Codes: the caller's own device, one step of tolerance, and every code once.

use local_aws::Device;

use crate::support::{OTHER_SERIAL, SERIAL, client, start};

const INVALID_CODE: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
const INVALID_SERIAL: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  \
    Please verify your MFA serial number is valid and associated with this user.";
const DEPLOYER: &str = "arn:aws:iam::123456789012:role/deployer";

/// RFC 6238, appendix B, for SHA-1; its eight digits, cut to the six that AWS uses.
#[test]
fn rfc_6238_vectors() {
    let device = Device {
        serial: "GAHT12345678".to_owned(),
        seed: Some("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned()),
        ..Device::default()
    };
    for (time, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
    ] {
        assert_eq!(device.code_at(time).unwrap(), code);
    }
}

#[test]
fn burnt_across_both_calls() {
    let server = start();
    let user = client(&server, "testuser");
    let code = server.code("testuser");
    let role = |code: &str| {
        let parameters = [
            ("RoleArn", DEPLOYER),
            ("RoleSessionName", "me"),
            ("SerialNumber", SERIAL),
            ("TokenCode", code),
        ];
        user.sts("AssumeRole", &parameters)
    };
    user.session_token(SERIAL, &code, "900").ok();
    user.session_token(SERIAL, &code, "900")
        .refused(403, "AccessDenied", INVALID_CODE);
    role(&code).refused(403, "AccessDenied", INVALID_CODE);

    // And the other way round, with the next code.
    server.move_clock(30);
    let next = server.code("testuser");
    assert_ne!(next, code);
    role(&next).ok();
    user.session_token(SERIAL, &next, "900")
        .refused(403, "AccessDenied", INVALID_CODE);
}

#[test]
fn one_step_of_tolerance() {
    for (drift, accepted) in [
        (0, true),
        (30, true),
        (-30, true),
        (60, false),
        (-60, false),
    ] {
        let server = start();
        let user = client(&server, "testuser");
        let code = server.code("testuser");
        server.move_clock(drift);
        let reply = user.session_token(SERIAL, &code, "900");
        assert_eq!(reply.status == 200, accepted, "{drift}: {}", reply.body);
        // The step that matched is burnt, not the step of the clock.
        server.move_clock(-drift);
        let again = user.session_token(SERIAL, &code, "900");
        assert_eq!(again.status == 200, !accepted, "{drift}: {}", again.body);
    }
}

#[test]
fn somebody_elses_device() {
    let server = start();
    let user = client(&server, "testuser");
    let code = server.code("otheruser");
    for serial in [
        OTHER_SERIAL,
        "arn:aws:iam::123456789012:mfa/nobody",
        "arn:aws:iam::123456789012:user/testuser",
    ] {
        let reply = user.session_token(serial, &code, "900");
        reply.refused(403, "AccessDenied", INVALID_SERIAL);
    }
    // It was not burnt for its owner.
    client(&server, "otheruser")
        .session_token(OTHER_SERIAL, &code, "900")
        .ok();
    // A FIDO device is the user's own, but no code can be checked with it.
    let fido = "arn:aws:iam::123456789012:u2f/user/fidouser/passkey-EXAMPLE";
    let reply = client(&server, "fidouser").session_token(fido, "123456", "900");
    reply.refused(403, "AccessDenied", INVALID_SERIAL);
}

#[test]
fn wrong_codes_and_halves() {
    let server = start();
    let user = client(&server, "testuser");
    let code: u32 = server.code("testuser").parse().unwrap();
    let wrong = format!("{:06}", (code + 1) % 1_000_000);
    user.session_token(SERIAL, &wrong, "900")
        .refused(403, "AccessDenied", INVALID_CODE);
    for half in [("SerialNumber", SERIAL), ("TokenCode", "123456")] {
        let reply = user.sts("GetSessionToken", &[half]);
        reply.refused(
            403,
            "AccessDenied",
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time \
             pass code.",
        );
    }
}

#[test]
fn any_device_of_the_user() {
    let server = start();
    let user = client(&server, "twodevices");
    let account = local_aws::Account::story();
    let devices = &account.user("twodevices").devices;
    let now = jiff::Timestamp::now().as_second() + server.clock();
    for device in devices {
        let code = device.code_at(now).unwrap();
        user.session_token(&device.serial, &code, "900").ok();
    }
    // A code of one device is no code of the other.
    server.move_clock(30);
    let code = devices[0].code_at(now + 30).unwrap();
    let reply = user.session_token(&devices[1].serial, &code, "900");
    reply.refused(403, "AccessDenied", INVALID_CODE);

    let hardware = client(&server, "hardware");
    hardware
        .session_token("GAHT12345678", &server.code("hardware"), "900")
        .ok();
}
