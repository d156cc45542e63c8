(func $update_E_lif (param $lo i32) (param $hi i32) (param $list i32) (param $scalars i32) (param $input_0 i32) (result i32)
  (local $position_5 i32)
  (local $start_6 i32)
  (local $count_7 i32)
  (local $end_8 i32)
  (local $at_input_0_9 i32)
  (local $left_10 v128)
  (local $value_11 v128)
  (local $v_12 v128)
  (local $I_13 v128)
  (local $v_14 v128)
  (local $v_15 v128)
  (local $I_16 v128)
  (local $I_17 v128)
  (local $left_18 v128)
  (local $left_19 v128)
  (local $value_20 v128)
  (local $bad_21 i32)
  (local $element_22 i32)
  (local $spikes_23 i32)
  (local $element_24 i32)
  (local.set $start_6 (i32.shl (local.get $lo) (i32.const 2)))
  (local.set $end_8 (i32.shl (local.get $hi) (i32.const 2)))
  (block $L0
    (local.set $position_5 (local.get $start_6))
    (br_if $L0 (i32.ge_u (local.get $position_5) (local.get $end_8)))
    (loop $L1
      (local.set $at_input_0_9 (i32.add (local.get $input_0) (local.get $position_5)))
      (local.set $left_10 (v128.load offset=2048 (local.get $position_5)))
      (local.set $value_11 (f32x4.le (local.get $left_10) (v128.const f32x4 0)))
      (local.set $v_12 (v128.load offset=1024 (local.get $position_5)))
      (local.set $I_13 (v128.load offset=1536 (local.get $position_5)))
      (local.set $v_14
        (v128.bitselect
          (f32x4.add
            (f32x4.mul (local.get $v_12) (v128.const f32x4 0.9950000047683716))
            (f32x4.add (f32x4.mul (local.get $I_13) (v128.const f32x4 0.09000000357627869)) (v128.const f32x4 0.09749999642372131))
          )
          (local.get $v_12)
          (local.get $value_11)
        )
      )
      (local.set $v_15 (local.get $v_14))
      (local.set $I_16
        (f32x4.add (f32x4.mul (local.get $I_13) (v128.const f32x4 0.9800000190734863)) (v128.load (local.get $at_input_0_9)))
      )
      (local.set $I_17 (local.get $I_16))
      (local.set $left_18 (v128.bitselect (local.get $left_10) (f32x4.sub (local.get $left_10) (v128.const f32x4 1)) (local.get $value_11)))
      (local.set $left_19 (local.get $left_18))
      (local.set $value_20 (f32x4.ge (local.get $v_14) (v128.load offset=2560 (local.get $position_5))))
      (if
        (i32x4.bitmask
          (v128.or
            (local.get $value_20)
            (f32x4.ne (f32x4.mul (f32x4.add (local.get $v_15) (local.get $I_17)) (v128.const f32x4 0)) (v128.const f32x4 0))
          )
        )
        (then
        (if
          (v128.any_true (local.get $value_20))
          (then
          (local.set $v_15 (v128.bitselect (v128.const f32x4 0) (local.get $v_15) (local.get $value_20)))
          (local.set $left_19 (v128.bitselect (v128.const f32x4 20) (local.get $left_19) (local.get $value_20)))
          )
        )
        (local.set $bad_21
          (i32x4.bitmask
            (v128.or
              (f32x4.ne (f32x4.sub (local.get $v_15) (local.get $v_15)) (v128.const f32x4 0))
              (f32x4.ne (f32x4.sub (local.get $I_17) (local.get $I_17)) (v128.const f32x4 0))
            )
          )
        )
        (if
          (local.get $bad_21)
          (then
          (local.set $element_22 (i32.add (i32.shr_u (local.get $position_5) (i32.const 2)) (i32.ctz (local.get $bad_21))))
          (if
            (i32.lt_u (local.get $element_22) (i32.const 100))
            (then
            (return (i32.sub (i32.const -1) (local.get $element_22)))
            )
          )
          )
        )
        (local.set $spikes_23 (i32x4.bitmask (local.get $value_20)))
        (block $L2
          (loop $L3
            (br_if $L2 (i32.eqz (local.get $spikes_23)))
            (local.set $element_24 (i32.add (i32.shr_u (local.get $position_5) (i32.const 2)) (i32.ctz (local.get $spikes_23))))
            (br_if $L2 (i32.ge_u (local.get $element_24) (i32.const 100)))
            (i32.store (i32.add (local.get $list) (i32.shl (local.get $count_7) (i32.const 2))) (local.get $element_24))
            (local.set $count_7 (i32.add (local.get $count_7) (i32.const 1)))
            (local.set $spikes_23 (i32.and (local.get $spikes_23) (i32.sub (local.get $spikes_23) (i32.const 1))))
            (br $L3)
          )
        )
        )
      )
      (v128.store offset=1024 (local.get $position_5) (local.get $v_15))
      (v128.store offset=1536 (local.get $position_5) (local.get $I_17))
      (v128.store offset=2048 (local.get $position_5) (local.get $left_19))
      (v128.store (local.get $at_input_0_9) (v128.const f32x4 0))
      (local.set $position_5 (i32.add (local.get $position_5) (i32.const 16)))
      (br_if $L1 (i32.lt_u (local.get $position_5) (local.get $end_8)))
    )
  )
  (local.get $count_7)
)

(func $flush_update_E_lif (param $lo i32) (param $hi i32)
  (local $position_2 i32)
  (local $x_3 v128)
  (block $L0
    (local.set $position_2 (i32.shl (local.get $lo) (i32.const 2)))
    (br_if $L0 (i32.ge_u (local.get $position_2) (i32.shl (local.get $hi) (i32.const 2))))
    (loop $L1
      (local.set $position_2 (i32.add (local.get $position_2) (i32.const 16)))
      (br_if $L1 (i32.lt_u (local.get $position_2) (i32.shl (local.get $hi) (i32.const 2))))
    )
  )
)
