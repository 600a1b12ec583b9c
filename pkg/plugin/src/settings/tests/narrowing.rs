//! A data source's hook and ceiling under the administrator's.

use super::*;

fn hook(json: &str, set: &str) -> Result<HookChoice, String> {
    let settings = DataSourceSettings::read(json.as_bytes(), &server(&[("hook", set)]));
    settings.map(|settings| settings.hook).map_err(|error| error.to_string())
}

#[test]
fn the_hook_set_for_all_holds() {
    for json in ["{}", r#"{"hook":"auto"}"#, r#"{"hook":"tcx"}"#] {
        assert_eq!(hook(json, "tcx"), Ok(HookChoice::Tcx), "{json}");
    }
    assert_eq!(hook("{}", "auto"), Ok(HookChoice::Auto));
}

#[test]
fn another_hook_is_refused() {
    let expected = "the data source asks for the hook xdp-native, but the server's administrator has set tcx \
                    for all; choose auto or tcx in the data source's settings";
    assert_eq!(hook(r#"{"hook":"xdp-native"}"#, "tcx"), Err(expected.to_owned()));
    assert!(hook(r#"{"hook":"xdp-native"}"#, "auto").is_err());
}

fn ceiling(json: &str, set: &str) -> LimitCeiling {
    DataSourceSettings::read(json.as_bytes(), &server(&[("max_limit", set)])).unwrap().ceiling
}

#[test]
fn the_lower_ceiling_is_in_force() {
    for (json, set, expected) in [
        ("{}", "500", LimitCeiling::Rows(500)),
        ("{}", "none", LimitCeiling::None),
        (r#"{"maxLimit":499}"#, "500", LimitCeiling::OfDataSource(499)),
        (r#"{"maxLimit":500}"#, "500", LimitCeiling::Rows(500)),
        (r#"{"maxLimit":501}"#, "500", LimitCeiling::Rows(500)),
        (r#"{"maxLimit":20000}"#, "none", LimitCeiling::OfDataSource(20_000)),
    ] {
        assert_eq!(ceiling(json, set), expected, "{json} under {set}");
    }
}
