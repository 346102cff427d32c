//! Lines: what a lookup costs, by how much there is to look through.

use crate::{color, figure};
use plotters::{prelude::*, style::RGBColor};
use tower_cors_benches::{Subject, report::Figures};

const SIZE: (u32, u32) = (760, 360);

/// One line, from measured points.
struct Line {
    name: &'static str,
    color: RGBColor,
    points: Vec<(u64, u64)>,
}

impl Line {
    fn new(
        figures: &Figures,
        name: &'static str,
        color: RGBColor,
        subject: Subject,
        points: &[(u64, &str)],
    ) -> Self {
        let point = |&(x, scenario): &(u64, &str)| (x, figure(figures, scenario, subject));
        Self { name, color, points: points.iter().map(point).collect() }
    }
}

/// By the number of configured origins and patterns.
pub(crate) fn origins(figures: &Figures) -> String {
    const FEW: &str = "actual, granted, full policy";
    const MANY: &str = "actual granted, 10,000 origins, the last";
    let lines = [
        Line::new(
            figures,
            "tower-cors, exact origins",
            color(Subject::TowerCors),
            Subject::TowerCors,
            &[(3, FEW), (10_000, MANY), (1_000_000, "actual granted, 1,000,000 origins")],
        ),
        Line::new(
            figures,
            "tower-cors, subdomain patterns",
            RGBColor(0x00, 0x9e, 0x73),
            Subject::TowerCors,
            &[
                (1, "actual, one subdomain pattern"),
                (10_000, "actual granted, 10,000 subdomain patterns"),
            ],
        ),
        Line::new(
            figures,
            "tower-http, exact origins",
            color(Subject::TowerHttp),
            Subject::TowerHttp,
            &[(3, FEW), (10_000, MANY)],
        ),
        Line::new(
            figures,
            "hyper-cors, exact origins",
            color(Subject::HyperCors),
            Subject::HyperCors,
            &[(3, FEW), (10_000, MANY)],
        ),
    ];
    draw("Instructions of a whole call, by configured origins (both axes logarithmic)", &lines)
}

/// By the number of scopes in a list of policies.
pub(crate) fn scopes(figures: &Figures) -> String {
    let line = |name, color, points: &[(u64, &str)]| {
        Line::new(figures, name, color, Subject::TowerCors, points)
    };
    let lines = [
        line(
            "granted, in the last scope",
            color(Subject::TowerCors),
            &[
                (1, "a list of 1 scope"),
                (10, "a list of 10 scopes, the last"),
                (100, "a list of 100 scopes, the last"),
                (10_000, "a list of 10,000 scopes, the last"),
            ],
        ),
        line(
            "in no scope",
            RGBColor(0x00, 0x9e, 0x73),
            &[
                (10, "a list of 10 scopes, none"),
                (100, "a list of 100 scopes, none"),
                (10_000, "a list of 10,000 scopes, none"),
            ],
        ),
    ];
    draw("Instructions of a whole call, by scopes of a list (both axes logarithmic)", &lines)
}

/// Both axes are logarithmic.
fn draw(title: &str, lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let most = |of: fn(&(u64, u64)) -> u64| points().map(of).max().unwrap_or(1);
    let (widest, highest) = (most(|point| point.0) * 2, most(|point| point.1) * 2);
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    let drawn = (|| {
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 16))
            .margin(12)
            .x_label_area_size(30)
            .y_label_area_size(70)
            .build_cartesian_2d((1..widest).log_scale(), (1_000..highest).log_scale())?;
        let mesh = &mut chart.configure_mesh();
        mesh.label_style(("sans-serif", 12)).light_line_style(WHITE).draw()?;
        for line in lines {
            let (color, points) = (line.color, line.points.clone());
            let circles = points.iter().map(|&point| Circle::new(point, 4, color.filled()));
            chart.draw_series(circles)?;
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))?
                .label(line.name)
                .legend(move |(x, y)| {
                    Rectangle::new([(x, y - 4), (x + 12, y + 4)], color.filled())
                });
        }
        let labels = &mut chart.configure_series_labels();
        let labels = labels.position(SeriesLabelPosition::UpperLeft).label_font(("sans-serif", 12));
        labels.background_style(WHITE.mix(0.8)).border_style(BLACK.mix(0.2)).draw()?;
        area.present()
    })();
    drawn.expect("a string takes everything");
    drop(area);
    svg
}
