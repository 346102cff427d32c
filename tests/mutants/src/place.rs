//! Puts mutants into a source file, each behind its switch and after a comment `/*M7*/` with its
//! number, which shows whose a compiler error is.

use crate::list::{Fate, Mutant, Place};
use proc_macro2::{LineColumn, Span};
use quote::ToTokens;
use std::fmt::Write;
use syn::{
    Arm, Block, Expr, ExprMatch, ExprRepeat, ExprStruct, ImplItemConst, ItemConst, ItemStatic, Pat,
    TypeArray,
    spanned::Spanned,
    visit::{self, Visit},
};

/// The source with these mutants in it. Those for which there is no place keep their fate
/// [`Fate::Unplaced`].
pub(crate) fn place(source: &str, mutants: &mut [&mut Mutant]) -> String {
    let file = syn::parse_file(source).expect("the source compiles");
    let starts = source.match_indices('\n').map(|(at, _)| at + 1);
    let lines = [0].into_iter().chain(starts).collect();
    let mut placer = Placer { source, lines, mutants, edits: Vec::new(), depth: 0 };
    placer.visit_file(&file);
    let mut edits = placer.edits;
    edits.sort_by_key(|edit| (edit.at, edit.order));
    let (mut out, mut last) = (String::new(), 0);
    for edit in edits {
        out += &source[last..edit.at];
        out += &edit.text;
        last = edit.at;
    }
    out + &source[last..]
}

/// Text to be inserted.
struct Edit {
    at: usize,
    /// At one place: what ends before what begins, and what is outside around what is inside.
    order: i64,
    text: String,
}

struct Placer<'a, 'm> {
    source: &'a str,
    /// Where each line starts.
    lines: Vec<usize>,
    mutants: &'a mut [&'m mut Mutant],
    edits: Vec<Edit>,
    depth: i64,
}

fn on(id: u32) -> String {
    format!("/*M{id}*/ crate::mutant_switch::on({id})")
}

impl Placer<'_, '_> {
    fn offset(&self, place: LineColumn) -> usize {
        let line = &self.source[self.lines[place.line - 1]..];
        let column = line.char_indices().nth(place.column).map_or(line.len(), |(at, _)| at);
        self.lines[place.line - 1] + column
    }

    /// The mutants of this kind that begin here, by number and replacement. Each is taken once.
    fn take(&mut self, genre: &str, span: Span) -> Vec<(u32, String)> {
        let at = Place { line: span.start().line, column: span.start().column + 1 };
        let mut found = Vec::new();
        for mutant in self.mutants.iter_mut().filter(|mutant| mutant.fate == Fate::Unplaced) {
            if mutant.genre == genre && mutant.span.start == at {
                mutant.fate = Fate::Placed;
                found.push((mutant.id, mutant.replacement.replace('\n', " ")));
            }
        }
        found
    }

    fn open(&mut self, at: LineColumn, text: String) {
        self.edits.push(Edit { at: self.offset(at), order: self.depth, text });
    }

    fn close(&mut self, at: LineColumn, text: String) {
        self.edits.push(Edit { at: self.offset(at), order: i64::MIN / 2 - self.depth, text });
    }

    /// Chooses between other expressions and this one.
    fn choose(&mut self, span: Span, others: Vec<(u32, String)>) {
        if others.is_empty() {
            return;
        }
        let mut text = "(".to_owned();
        for (id, other) in others {
            write!(text, "if {} {{\n/*M{id}*/ {other}\n}} else ", on(id)).expect("memory");
        }
        self.open(span.start(), text + "{");
        self.close(span.end(), "})".to_owned());
    }

    fn without_field(&mut self, whole: &ExprStruct) {
        for (index, field) in whole.fields.iter().enumerate() {
            for (id, _) in self.take("StructField", field.span()) {
                let mut rest = whole.clone();
                let fields = whole.fields.iter().enumerate().filter(|(other, _)| *other != index);
                rest.fields = fields.map(|(_, field)| field.clone()).collect();
                if !rest.fields.is_empty() {
                    rest.fields.push_punct(syn::token::Comma::default());
                }
                self.depth += 1;
                self.choose(whole.span(), vec![(id, rest.to_token_stream().to_string())]);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Placer<'_, '_> {
    // Constants are computed by the compiler, when nothing can be switched.
    fn visit_item_const(&mut self, _: &'ast ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast ImplItemConst) {}
    fn visit_type_array(&mut self, _: &'ast TypeArray) {}

    /// So is the length of an array.
    fn visit_expr_repeat(&mut self, repeat: &'ast ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    /// A function's body: it returns another value, or is an iterator of one of two types.
    fn visit_block(&mut self, block: &'ast Block) {
        self.depth += 1;
        let braces = block.brace_token.span;
        let mut found = self.take("FnValue", braces.open());
        if let (true, Some(first)) = (found.is_empty(), block.stmts.first()) {
            found = self.take("FnValue", first.span());
        }
        for (id, value) in found {
            if value.starts_with("::std::iter::") {
                let either = "crate::mutant_switch::Either";
                let text = format!(
                    "\nif {} {{ {either}::Mutant({value}) }} else {{ {either}::Original({{\n",
                    on(id)
                );
                self.open(braces.open().end(), text);
                self.close(braces.close().start(), "})}".to_owned());
            } else {
                let text = format!("\nif {} {{ return {value}; }}\n", on(id));
                self.open(braces.open().end(), text);
            }
        }
        visit::visit_block(self, block);
        self.depth -= 1;
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.depth += 1;
        match expr {
            Expr::Binary(binary) => {
                let (left, right) = (binary.left.to_token_stream(), binary.right.to_token_stream());
                let found = self.take("BinaryOperator", binary.op.span()).into_iter();
                let others = found.map(|(id, op)| (id, format!("{left} {op} {right}")));
                self.choose(binary.span(), others.collect());
            }
            Expr::Unary(unary) => {
                let operand = unary.expr.to_token_stream().to_string();
                let found = self.take("UnaryOperator", unary.op.span()).into_iter();
                self.choose(unary.span(), found.map(|(id, _)| (id, operand.clone())).collect());
            }
            Expr::Struct(whole) => {
                let depth = self.depth;
                self.without_field(whole);
                self.depth = depth;
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
        self.depth -= 1;
    }

    /// Without an arm that takes all the rest, none can be left out.
    fn visit_expr_match(&mut self, expr: &'ast ExprMatch) {
        let takes_all = |arm: &Arm| arm.guard.is_none() && matches!(arm.pat, Pat::Wild(_));
        if !expr.arms.iter().any(takes_all) {
            for arm in &expr.arms {
                for (id, _) in self.take("MatchArm", arm.span()) {
                    let found = self.mutants.iter_mut().find(|mutant| mutant.id == id);
                    found.expect("it was taken").fate = Fate::Unviable;
                }
            }
        }
        visit::visit_expr_match(self, expr);
    }

    /// An arm that is left out has a guard that does not hold.
    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.depth += 1;
        let left_out = self.take("MatchArm", arm.span());
        if let Some((_, guard)) = &arm.guard {
            let found = self.take("MatchArmGuard", guard.span()).into_iter();
            let (always, never) = found.partition::<Vec<_>, _>(|(_, value)| value == "true");
            let mut text = String::new();
            for (id, _) in left_out.iter().chain(&never) {
                write!(text, "\n!{} && (", on(*id)).expect("memory");
            }
            for (id, _) in &always {
                write!(text, "\n{} || (", on(*id)).expect("memory");
            }
            let ends = ")".repeat(left_out.len() + never.len() + always.len());
            self.open(guard.span().start(), text);
            self.close(guard.span().end(), ends);
        } else if let Some((id, _)) = left_out.first() {
            self.close(arm.pat.span().end(), format!("\nif !{}\n", on(*id)));
        }
        visit::visit_arm(self, arm);
        self.depth -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::place;
    use crate::list::{Fate, Mutant};

    /// A mutant at this text of the source.
    fn mutant(source: &str, id: u32, genre: &str, at: &str, replacement: &str) -> Mutant {
        let before = &source[..source.find(at).expect(at)];
        let line = before.lines().count().max(1);
        let column = before.lines().last().map_or(0, str::len) + 1;
        let mutant = serde_json::json!({
            "file": "", "name": "", "genre": genre, "replacement": replacement,
            "span": { "start": { "line": line, "column": column } },
        });
        Mutant { id, ..serde_json::from_value(mutant).expect("a mutant") }
    }

    /// What is written where, without white space.
    #[test]
    fn each_kind_has_its_place() {
        let rows = [
            ("FnValue", "fn f() -> u8 { 1 }", "1", "2", "fn f() -> u8 { if ON { return 2; } 1 }"),
            (
                "FnValue",
                "fn f() -> impl Iterator<Item = u8> { g() }",
                "g()",
                "::std::iter::empty()",
                "fn f() -> impl Iterator<Item = u8> { if ON { crate::mutant_switch::Either::Mutant(\
                 ::std::iter::empty()) } else { crate::mutant_switch::Either::Original({ g() })} }",
            ),
            (
                "BinaryOperator",
                "fn f() -> u8 { g() + 1 }",
                "+",
                "-",
                "fn f() -> u8 { (if ON { /*M7*/ g() - 1 } else { g() + 1 }) }",
            ),
            (
                "UnaryOperator",
                "fn f() -> bool { !g() }",
                "!",
                "",
                "fn f() -> bool { (if ON { /*M7*/ g() } else { !g() }) }",
            ),
            (
                "StructField",
                "fn f() -> S { S { a: 1, ..d() } }",
                "a: 1",
                "",
                "fn f() -> S { (if ON { /*M7*/ S { ..d() } } else { S { a: 1, ..d() } }) }",
            ),
            (
                "MatchArm",
                "fn f() -> u8 { match g() { 1 => 2, _ => 3 } }",
                "1 =>",
                "",
                "fn f() -> u8 { match g() { 1 if !ON => 2, _ => 3 } }",
            ),
            (
                "MatchArmGuard",
                "fn f() -> u8 { match g() { n if h(n) => 2, _ => 3 } }",
                "h(n)",
                "true",
                "fn f() -> u8 { match g() { n if ON || (h(n)) => 2, _ => 3 } }",
            ),
        ];
        let dense = |text: &str| text.split_whitespace().collect::<String>();
        for (genre, source, at, replacement, expected) in rows {
            let mut it = mutant(source, 7, genre, at, replacement);
            let placed = place(source, &mut [&mut it]);
            let expected = expected.replace("ON", &super::on(7));
            assert_eq!(dense(&placed), dense(&expected), "{genre}");
            assert_eq!(it.fate, Fate::Placed, "{genre}");
        }
    }

    #[test]
    fn what_cannot_be_switched_has_no_place() {
        for constant in [
            "const A: u8 = 1 + 2;",
            "fn f() -> usize { [0; A + 1].len() }",
            "fn f(array: [u8; A + 1]) {}",
        ] {
            let mut it = mutant(constant, 7, "BinaryOperator", "+", "-");
            assert_eq!(place(constant, &mut [&mut it]), constant);
            assert_eq!(it.fate, Fate::Unplaced, "{constant}");
        }

        let complete = "fn f() -> u8 { match g() { true => 2, false => 3 } }";
        let mut it = mutant(complete, 7, "MatchArm", "true", "");
        assert_eq!(place(complete, &mut [&mut it]), complete);
        assert_eq!(it.fate, Fate::Unviable);
    }

    #[test]
    fn one_mutant_may_be_inside_another() {
        let source = "fn f() -> bool { !(a() + 1 > b()) }";
        let mut mutants = [
            mutant(source, 1, "UnaryOperator", "!", ""),
            mutant(source, 2, "BinaryOperator", "> b(", "<"),
            mutant(source, 3, "BinaryOperator", "+", "-"),
        ];
        let placed = place(source, &mut mutants.iter_mut().collect::<Vec<_>>());
        assert!(syn::parse_file(&placed).is_ok(), "{placed}");
        assert!(mutants.iter().all(|mutant| mutant.fate == Fate::Placed), "{placed}");
    }
}
