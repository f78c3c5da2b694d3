//! Where objects are shown: walls, tables, floors and fields, with the light that falls on them.

use super::colour::Rgb;
use super::pen::Pen;
use super::props;
use super::svg::Svg;
use super::{Setting, solids};

/// The colours of a room: wall and surface, each from its lit to its shaded end.
struct Tone {
    wall: (Rgb, Rgb),
    surface: (Rgb, Rgb),
}

const fn tone(wall_lit: u32, wall: u32, surface_lit: u32, surface: u32) -> Tone {
    Tone { wall: (Rgb::hex(wall_lit), Rgb::hex(wall)), surface: (Rgb::hex(surface_lit), Rgb::hex(surface)) }
}

const TONES: &[Tone] = &[
    tone(0xF6EFE4, 0xE8DAC4, 0xDFC9A9, 0xC9AC86), // oat
    tone(0xF7E3DA, 0xEBC9BB, 0xDCB09E, 0xC79581), // blush
    tone(0xE7ECDF, 0xCBD5BF, 0xB4C1A3, 0x9AA988), // sage
    tone(0xE4EEF1, 0xC6D8DF, 0xA9C0CA, 0x8DA8B4), // sky
    tone(0xEBC5AC, 0xD79F7F, 0xC0855F, 0xA66D4B), // clay
    tone(0xF8E7BA, 0xECCF8C, 0xD9B365, 0xBF964A), // ochre
    tone(0xEBE5F1, 0xD3C7DF, 0xB9A8CA, 0x9F8DB3), // lilac
    tone(0x5C6B79, 0x3F4C59, 0x2F3A45, 0x232C35), // ink
    tone(0x5F7568, 0x465A4E, 0x35463D, 0x28362F), // forest
    tone(0xF1EFEB, 0xDCD8D0, 0xC6C0B5, 0xADA699), // stone
    tone(0xDFF0E8, 0xBFDCCF, 0xA0C3B4, 0x84A998), // mint
    tone(0xFDEAD9, 0xF6CFAF, 0xE5B189, 0xCE966E), // peach
    tone(0x8D5A4A, 0x6E4237, 0x57332B, 0x43261F), // brick
    tone(0xFBF4E6, 0xF1E2C6, 0xC79F73, 0xA87E54), // cream and wood
    tone(0xEEF0F0, 0xD5DADB, 0xC9A27B, 0xAB835C), // grey and wood
];

/// Colours this close to the wall's would not stand out.
const CONTRAST_MIN: f32 = 40.0;

/// Of so many scenes one may be dark for an object that bright rooms suit as well.
const DARK_ONE_IN: u32 = 4;

/// A setting's colours and details.
pub struct Backdrop {
    tone: &'static Tone,
    scene: u32,
    /// Dark things are lost in the dusk.
    by_day: bool,
}

impl Backdrop {
    /// The first in the order that `scene` gives on which the object stands out.
    pub fn choose(scene: u32, pen: &Pen<'_>) -> Self {
        let start = (scene >> 3) as usize;
        let stands_out = |tone: &&Tone| {
            pen.base.distance(tone.wall.1) > CONTRAST_MIN
                && pen.base.distance(tone.surface.0) > CONTRAST_MIN * 0.7
        };
        // Mostly bright rooms; a dark one now and then keeps a page of pictures lively.
        let fits_mood = |tone: &&Tone| scene.is_multiple_of(DARK_ONE_IN) || tone.wall.1.luma() > 120.0;
        let order = (0..TONES.len()).map(|step| &TONES[(start + step * 4) % TONES.len()]);
        let tone = order
            .clone()
            .find(|tone| fits_mood(tone) && stands_out(tone))
            .or_else(|| order.clone().find(stands_out))
            .unwrap_or(&TONES[0]);
        Self { tone, scene, by_day: pen.base.luma() < 120.0 }
    }

    /// Everything behind the object; `props` adds small things around it.
    pub fn draw(&self, s: &mut Svg, setting: Setting, props: bool) {
        match setting {
            Setting::Table => self.table(s, props),
            Setting::Room => self.room(s, props),
            Setting::Wall => self.wall(s),
            Setting::Flat => self.flat(s, props),
            Setting::Field => self.field(s),
        }
    }

    /// What lies in front of the object: only light.
    pub fn foreground(&self, s: &mut Svg, setting: Setting) {
        if matches!(setting, Setting::Table | Setting::Flat | Setting::Wall) {
            let glow =
                s.radial((0.1, 0.02), 0.9, &[(0.0, Rgb(255, 246, 224), 0.2), (1.0, Rgb(255, 246, 224), 0.0)]);
            s.rect(0.0, 0.0, 1200.0, 1200.0, 0.0, glow);
        }
    }

    fn is_dark(&self) -> bool {
        self.tone.wall.1.luma() < 120.0
    }

    fn paint_wall(&self, s: &mut Svg, height: f32) {
        let (lit, shaded) = self.tone.wall;
        let paint = s.linear((0.0, 0.0), (0.9, 1.0), &[(0.0, lit, 1.0), (1.0, shaded, 1.0)]);
        s.rect(0.0, 0.0, 1200.0, height, 0.0, paint);
    }

    /// Light through a window, as slanted panes on the wall.
    fn window(&self, s: &mut Svg, x: f32, y: f32) {
        let opacity = if self.is_dark() { 0.1 } else { 0.3 };
        let pale = Rgb(255, 250, 236);
        s.group(&format!("translate({x} {y}) skewY(14)"), |s| {
            s.faint(opacity, |s| {
                s.rect(0.0, 0.0, 150.0, 210.0, 0.0, pale).rect(166.0, 0.0, 150.0, 210.0, 0.0, pale);
                s.rect(0.0, 226.0, 150.0, 210.0, 0.0, pale).rect(166.0, 226.0, 150.0, 210.0, 0.0, pale);
            });
        });
    }

    fn table(&self, s: &mut Svg, props: bool) {
        let horizon = 740.0;
        self.paint_wall(s, horizon);
        let deep = self.tone.wall.1.dark(0.1);
        match self.scene % 6 {
            0 => self.window(s, 640.0, 60.0),
            1 => {
                s.path(format!("M300 {horizon}V420a300 300 0 0 1 600 0V{horizon}Z"), deep);
                s.hint(format!("M300 {horizon}V420a300 300 0 0 1 300 -300"), deep.dark(0.25), 7.0, 0.35);
            }
            2 => {
                s.circle(770.0, 420.0, 260.0, self.tone.wall.0.light(0.25));
            }
            3 => props::leaf_shadow(s, 980.0, 120.0),
            4 => {
                s.rect(0.0, 480.0, 1200.0, 260.0, 0.0, deep).rect(
                    0.0,
                    476.0,
                    1200.0,
                    6.0,
                    0.0,
                    deep.light(0.3),
                );
            }
            _ => self.window(s, 90.0, 110.0),
        }
        self.tabletop(s, horizon);
        if props {
            props::on_table(s, self.scene, horizon + 60.0, self.tone.surface.1);
        }
    }

    fn tabletop(&self, s: &mut Svg, horizon: f32) {
        let (lit, shaded) = self.tone.surface;
        let paint = s.linear((0.0, 0.0), (0.4, 1.0), &[(0.0, lit, 1.0), (1.0, shaded, 1.0)]);
        let area = format!("M0 {horizon}H1200V1200H0Z");
        s.path(&area, paint);
        let texture = match self.scene / 7 % 4 {
            0 | 1 => "grain",
            2 => "linen",
            _ => "",
        };
        if let Some(texture) = super::texture::texture(s, texture, lit.mix(shaded, 0.5), shaded) {
            s.veil(&area, texture, 0.5);
        }
        s.hint(format!("M0 {horizon}H1200"), lit.light(0.5), 5.0, 0.6);
    }

    fn room(&self, s: &mut Svg, props: bool) {
        let floor = 850.0;
        self.paint_wall(s, floor);
        let (lit, shaded) = self.tone.wall;
        match self.scene % 4 {
            0 => self.window(s, 120.0, 90.0),
            1 => {
                for x in [90.0, 450.0, 810.0] {
                    s.path(solids::rounded(x, 120.0, 300.0, 560.0, 4.0), shaded.light(0.14));
                    s.hint(format!("M{x} 680V120H{}", x + 300.0), shaded.dark(0.2), 5.0, 0.45);
                }
            }
            2 => {
                s.rect(0.0, 430.0, 1200.0, 420.0, 0.0, shaded.dark(0.1));
            }
            _ => self.window(s, 760.0, 60.0),
        }
        s.rect(0.0, floor - 46.0, 1200.0, 46.0, 0.0, lit.light(0.3)).rect(
            0.0,
            floor - 4.0,
            1200.0,
            4.0,
            0.0,
            shaded.dark(0.25),
        );
        let (near, far) = (self.tone.surface.0, self.tone.surface.1);
        let paint = s.down(&[(0.0, far), (1.0, near)]);
        s.rect(0.0, floor, 1200.0, 350.0, 0.0, paint);
        let joints = "M0 905H1200M0 985H1200M0 1095H1200M210 850L180 905M760 850L790 905M460 905L430 985M1030 905L1075 985M120 985L40 1095M640 985L660 1095M330 1095L250 1200M940 1095L1000 1200";
        s.hint(joints, far.dark(0.4), 3.0, 0.28);
        if props {
            props::in_room(s, self.scene, floor, self.tone.wall.1);
        }
    }

    fn wall(&self, s: &mut Svg) {
        self.paint_wall(s, 1200.0);
        match self.scene % 3 {
            0 => self.window(s, 60.0, 560.0),
            1 => props::leaf_shadow(s, 1020.0, 330.0),
            _ => {
                let deep = self.tone.wall.1.dark(0.1);
                s.rect(0.0, 930.0, 1200.0, 270.0, 0.0, deep).rect(
                    0.0,
                    924.0,
                    1200.0,
                    7.0,
                    0.0,
                    deep.light(0.3),
                );
            }
        }
    }

    fn flat(&self, s: &mut Svg, props: bool) {
        let (lit, shaded) = self.tone.wall;
        let paint = s.linear((0.0, 0.0), (1.0, 1.0), &[(0.0, lit, 1.0), (1.0, shaded, 1.0)]);
        s.rect(0.0, 0.0, 1200.0, 1200.0, 0.0, paint);
        let area = "M0 0H1200V1200H0Z";
        match self.scene % 5 {
            0 => {
                if let Some(grain) = super::texture::texture(s, "grain", shaded, shaded) {
                    s.veil(area, grain, 0.55);
                }
            }
            1 => {
                if let Some(linen) = super::texture::texture(s, "linen", shaded, shaded) {
                    s.veil(area, linen, 0.6);
                }
            }
            2 => {
                s.path("M0 0H520L330 1200H0Z", self.tone.surface.0.mix(lit, 0.45));
            }
            3 => props::leaf_shadow(s, 1060.0, 260.0),
            _ => {
                s.circle(600.0, 600.0, 470.0, lit.light(0.3));
            }
        }
        if props {
            props::on_flat(s, self.scene, self.tone.surface.1);
        }
    }

    fn field(&self, s: &mut Svg) {
        let skies = [(0xF9E2C8, 0xF3C4A0), (0xDCEBF0, 0xB5D2DE), (0xFBEBD2, 0xCFE0DD), (0x3D4C66, 0xC98F80)];
        let hills = [
            (0xB9A58B, 0x8B8A5E, 0x6E7548),
            (0x93AFA8, 0x66896F, 0x587A4C),
            (0xA9BCA4, 0x7B9868, 0x628350),
            (0x5A5F74, 0x3F4F53, 0x33443C),
        ];
        let index = (self.scene >> 4) as usize % (skies.len() - usize::from(self.by_day));
        let sky = s.down(&[(0.0, Rgb::hex(skies[index].0)), (1.0, Rgb::hex(skies[index].1))]);
        let (far, near, ground) =
            (Rgb::hex(hills[index].0), Rgb::hex(hills[index].1), Rgb::hex(hills[index].2));
        s.rect(0.0, 0.0, 1200.0, 900.0, 0.0, sky);
        s.circle(if self.scene.is_multiple_of(2) { 930.0 } else { 240.0 }, 250.0, 74.0, Rgb::hex(0xFFF3D6));
        s.path("M0 640L170 470L290 570L470 380L640 560L760 480L960 640L1080 560L1200 620V900H0Z", far);
        s.veil("M470 380L640 560L560 540L520 600L440 520L400 560Z", far.light(0.5), 0.6);
        s.path("M0 720C200 640 380 690 560 720S960 660 1200 730V1000H0Z", near);
        props::firs(s, self.scene, near.dark(0.3));
        let grass = s.down(&[(0.0, ground.light(0.16)), (1.0, ground.dark(0.12))]);
        s.path("M0 830C300 790 700 850 1200 800V1200H0Z", grass);
        s.hint("M80 1080l8-30M96 1082l14-24M300 1150l6-34M316 1150l16-26M960 1130l6-32M976 1132l16-24M1090 950l6-26M1104 952l12-20M150 930l6-26M164 932l12-20", ground.light(0.35), 5.0, 0.7);
    }
}
