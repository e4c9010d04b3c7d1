;; Both passes of a separable reduction of uint8 pixels, in fixed point, 16 and 4 values at once (reduce.ts).
;;
;; A table says, for each output position: where its first input is (i32, `starts`), how many it takes (i32, `counts`),
;; and their weights (i16, `taps` of them an output, in 2^14ths that sum to 2^14).
(module
  (memory (export "memory") 1)

  ;; Rows to rows. `bytes` of a row are a multiple of 16; both images have rows of just that length.
  (func (export "rows")
    (param $source i32) (param $target i32) (param $bytes i32) (param $outputs i32)
    (param $starts i32) (param $counts i32) (param $weights i32) (param $taps i32)
    (local $o i32) (local $x i32) (local $k i32) (local $from i32) (local $weight i32) (local $count i32)
    (local $v v128) (local $w v128) (local $half v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $half (i32x4.splat (i32.const 8192)))
    (block $done
      (loop $output
        (br_if $done (i32.ge_u (local.get $o) (local.get $outputs)))
        (local.set $count (i32.load (i32.add (local.get $counts) (i32.shl (local.get $o) (i32.const 2)))))
        (local.set $x (i32.const 0))
        (loop $across
          (local.set $a (local.get $half))
          (local.set $b (local.get $half))
          (local.set $c (local.get $half))
          (local.set $d (local.get $half))
          (local.set $from
            (i32.add
              (i32.add (local.get $source) (local.get $x))
              (i32.mul
                (i32.load (i32.add (local.get $starts) (i32.shl (local.get $o) (i32.const 2))))
                (local.get $bytes))))
          (local.set $weight
            (i32.add
              (local.get $weights)
              (i32.shl (i32.mul (local.get $o) (local.get $taps)) (i32.const 1))))
          (local.set $k (i32.const 0))
          (loop $tap
            (local.set $v (v128.load (local.get $from)))
            (local.set $w (v128.load16_splat (local.get $weight)))
            (local.set $a (i32x4.add (local.get $a)
              (i32x4.extmul_low_i16x8_s (i16x8.extend_low_i8x16_u (local.get $v)) (local.get $w))))
            (local.set $b (i32x4.add (local.get $b)
              (i32x4.extmul_high_i16x8_s (i16x8.extend_low_i8x16_u (local.get $v)) (local.get $w))))
            (local.set $c (i32x4.add (local.get $c)
              (i32x4.extmul_low_i16x8_s (i16x8.extend_high_i8x16_u (local.get $v)) (local.get $w))))
            (local.set $d (i32x4.add (local.get $d)
              (i32x4.extmul_high_i16x8_s (i16x8.extend_high_i8x16_u (local.get $v)) (local.get $w))))
            (local.set $from (i32.add (local.get $from) (local.get $bytes)))
            (local.set $weight (i32.add (local.get $weight) (i32.const 2)))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br_if $tap (i32.lt_u (local.get $k) (local.get $count))))
          (v128.store
            (i32.add
              (local.get $target)
              (i32.add (i32.mul (local.get $o) (local.get $bytes)) (local.get $x)))
            (i8x16.narrow_i16x8_u
              (i16x8.narrow_i32x4_s
                (i32x4.shr_s (local.get $a) (i32.const 14))
                (i32x4.shr_s (local.get $b) (i32.const 14)))
              (i16x8.narrow_i32x4_s
                (i32x4.shr_s (local.get $c) (i32.const 14))
                (i32x4.shr_s (local.get $d) (i32.const 14)))))
          (local.set $x (i32.add (local.get $x) (i32.const 16)))
          (br_if $across (i32.lt_u (local.get $x) (local.get $bytes))))
        (local.set $o (i32.add (local.get $o) (i32.const 1)))
        (br $output))))

  ;; Columns to columns, of three interleaved channels. `bytes`: a row of the source; rows of the target are
  ;; 3 * outputs long, and one byte behind the last is written, too.
  (func (export "columns")
    (param $source i32) (param $target i32) (param $bytes i32) (param $rows i32) (param $outputs i32)
    (param $starts i32) (param $counts i32) (param $weights i32) (param $taps i32)
    (local $o i32) (local $k i32) (local $from i32) (local $weight i32) (local $count i32) (local $sum v128)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $o (i32.const 0))
        (loop $output
          (local.set $count (i32.load (i32.add (local.get $counts) (i32.shl (local.get $o) (i32.const 2)))))
          (local.set $from
            (i32.add
              (local.get $source)
              (i32.mul
                (i32.load (i32.add (local.get $starts) (i32.shl (local.get $o) (i32.const 2))))
                (i32.const 3))))
          (local.set $weight
            (i32.add
              (local.get $weights)
              (i32.shl (i32.mul (local.get $o) (local.get $taps)) (i32.const 1))))
          (local.set $sum (i32x4.splat (i32.const 8192)))
          (local.set $k (i32.const 0))
          (loop $tap
            (local.set $sum (i32x4.add (local.get $sum)
              (i32x4.extmul_low_i16x8_s
                (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $from)))
                (v128.load16_splat (local.get $weight)))))
            (local.set $from (i32.add (local.get $from) (i32.const 3)))
            (local.set $weight (i32.add (local.get $weight) (i32.const 2)))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br_if $tap (i32.lt_u (local.get $k) (local.get $count))))
          (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 14)))
          (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
          (v128.store32_lane 0 (local.get $target) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
          (local.set $target (i32.add (local.get $target) (i32.const 3)))
          (local.set $o (i32.add (local.get $o) (i32.const 1)))
          (br_if $output (i32.lt_u (local.get $o) (local.get $outputs))))
        (local.set $source (i32.add (local.get $source) (local.get $bytes)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $row)))))
