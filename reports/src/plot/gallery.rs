use super::*;
use crate::view::Status;
fn go(name: &str, report: &Report) {
    let t = std::time::Instant::now();
    let charts = write_all(report, Path::new(&format!("/tmp/gallery/{name}"))).unwrap();
    eprintln!("{name}: {:?} {:?}", t.elapsed(), charts.warnings);
    for c in &charts.list {
        fs::write(format!("/tmp/gallery/{name}/{}.svg", c.name), &c.svg).unwrap();
        eprintln!("  {} svg {} KB\n   {}\n   {}", c.name, c.svg.len()/1024, c.caption_ko, c.caption_en);
    }
}
const P: [&str; 4] = ["F32", "F16", "Q8_0", "Q4_K_M"];
fn cells(n: usize) -> Vec<(&'static str, &'static str)> {
    (0..n).map(|i| (["general","instruct","text"][i/4%3], P[i%4])).collect()
}
#[test]
fn gallery() {
    go("c1", &fixture::report(&cells(1)));
    go("c3", &fixture::report(&cells(3)));
    go("c6", &fixture::report(&cells(6)));
    go("c12", &fixture::report(&cells(12)));
    let mut t = fixture::report(&cells(6));
    for (i, s) in t.summary.iter_mut().enumerate() {
        let v = 0.3 * 10f64.powi(i as i32);
        s.decode_ts = Some(v); s.decode_ci95_low=Some(v*0.9); s.decode_ci95_high=Some(v*1.1);
        t.cells[i].decode_samples = (0..7).map(|k| v*(0.85+0.05*f64::from(k))).collect();
        t.perplexity[i].ppl = v*10.0; t.perplexity[i].ppl_se=Some(v*0.7); t.perplexity[i].mean_nll=(v*10.0).ln();
        t.memory[i].model_bytes=Some((v*1e6) as u64); t.memory[i].peak_rss_bytes=Some((v*1.3e6) as u64 + (800<<20));
        s.median_tokens = Some(v);
    }
    for r in &mut t.speed { let i = t.cells.iter().position(|c| c.key.variant==r.variant && c.key.precision==r.precision).unwrap(); let f = 10f64.powi(i as i32)*0.01; for x in [&mut r.median_ts,&mut r.ci95_low,&mut r.ci95_high]{*x=x.map(|v|v*f);} }
    go("span", &t);
    let long = "아주-길고-긴-변형-이름-".repeat(20);
    let mut h = fixture::report(&[(long.as_str(),"F16"),("</text><script>alert(1)</script>","Q4_K_M"),("a\0\u{1b}[31m\u{202e}b\u{200b}","Q8_0"),("\"quotes\" & 'amps' <b>","IQ2_XXS_extremely_long_precision_name"),("模型😀ไทย","F32"),("","native")]);
    h.cells[1].status = Status::Failed; h.summary[1].decode_ts=None;
    h.cells[4].status = Status::NotRun; h.summary[4].decode_ts=None;
    go("hostile", &h);
    let mut o = fixture::report(&cells(4));
    for (c,s) in o.cells.iter_mut().zip(&mut o.summary) { c.decode_samples.truncate(1); c.prefill_samples.truncate(2); s.decode_ci95_low=None; s.prefill_ci95_low=None; s.median_tokens=Some(220.0); s.cut_share=Some(0.6);}
    for r in &mut o.perplexity { r.ppl_se=None; }
    for r in &mut o.memory { r.predicted_bytes=None; }
    o.memory[1].peak_rss_bytes=None; o.memory[2].gpu_bytes=Some(3<<30); o.memory[3].peak_rss_bytes=Some(300<<20);
    go("single", &o);
    let mut m = fixture::report(&[("instruct","F16"),("instruct","Q4_K_M"),("instruct","F16"),("instruct","Q4_K_M")]);
    let set = |m: &mut String, i: usize| *m = if i<2 {"workstation-epyc-9654-with-a-long-name.example".into()} else {"노트북".into()};
    for i in 0..4 { set(&mut m.cells[i].key.machine,i); m.cells[i].run=i/2; set(&mut m.memory[i].machine,i); set(&mut m.perplexity[i].machine,i);}
    for i in 0..16 { set(&mut m.speed[i].machine, i/4);}
    let mut p2 = m.perplexity.clone(); for p in &mut p2 {p.corpus="wiki".into(); p.ppl*=1.4;} m.perplexity.extend(p2);
    go("machines", &m);
    let mut b = fixture::report(&cells(12));
    for c in &mut b.cells { let v=c.decode_samples[0]; c.decode_samples=(0..100_000).map(|i| v*(0.7+0.6*((f64::from(i)*0.754877).fract()+(f64::from(i)*0.569840).fract()+(f64::from(i)*0.3).fract())/3.0)).collect(); c.prefill_samples=c.decode_samples.clone();}
    let a=b.answers.clone(); for k in 0..600 { b.answers.extend(a.iter().cloned().map(|mut r| {r.n_tokens+=k%30; r})); }
    go("big", &b);
    go("c60", &fixture::report(&(0..60).map(|i| (["a","b","c","d","e","f","g","h"][i%8], P[i%4])).collect::<Vec<_>>()));
    let none = Fonts::of(&fontdb::Database::new());
    write_with(&none, &fixture::report(&cells(3)), Path::new("/tmp/gallery/nofont")).unwrap();
}
