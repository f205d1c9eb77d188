//! `--color`.

use libtest_mimic::ColorSetting;

/// Whether what is printed has colours, as the command line says.
pub(super) fn set_colors(setting: Option<ColorSetting>) {
    match setting {
        Some(ColorSetting::Always) => anstream::ColorChoice::Always.write_global(),
        Some(ColorSetting::Never) => anstream::ColorChoice::Never.write_global(),
        Some(ColorSetting::Auto) | None => {}
    }
}
