set terminal svg size 900,440 font 'DejaVu Sans,13' background rgb 'white' noenhanced
set title 'it''s a title `id` "x"' font ',15' offset 0,0.7
set xlabel 'year' offset 0,0.4
set ylabel 'count_a^b'
set border 3 lc rgb '#444444'
set tics nomirror out
set bmargin at screen 0.23
set key at screen 0.5, 0.035 center center horizontal samplen 2.5
set datafile missing 'NaN'
set xrange [2000:2002]
set object rectangle from 2001, graph 0 to graph 1, graph 1 behind fc rgb '#eef3f8' fs noborder
set arrow from 2001, graph 0 to 2001, graph 1 nohead lw 1 lc rgb '#8899aa'
set label 'training' at 2001, graph 1.04 right offset -0.8,0 tc rgb '#667788'
set label 'held out' at 2001, graph 1.04 left offset 0.8,0 tc rgb '#667788'
$data << end_of_data
2000 1 NaN
2001 2 2.5
2002 0.5 1
end_of_data
plot $data using 1:2 with lines lw 1.6 lc rgb '#5d6d7e' title 'truth', $data using 1:3 with lines lw 2 lc rgb '#b03a2e' title 'net'
